/** Who connects to a socket, which decides the pool that its port comes from. */
export type Side = "engine" | "client";

/** Ports to listen on, in the order in which they are used up. */
export interface PortLists {
  /** For both sides, once the side's own ports are used up. */
  readonly ports: readonly number[];
  readonly enginePorts: readonly number[];
  readonly clientPorts: readonly number[];
}

/** Gives each port of three lists once (wire protocol §3.1). */
export class PortPools {
  readonly #lists: Readonly<Record<Side, readonly number[]>>;
  readonly #given = new Set<number>();

  constructor({ ports, enginePorts, clientPorts }: PortLists) {
    this.#lists = { engine: [...enginePorts, ...ports], client: [...clientPorts, ...ports] };
  }

  /** Gives ports as long as the caller asks and the side's list, then the common one, have some. */
  *take(side: Side): Generator<number, undefined> {
    for (const port of this.#lists[side]) {
      if (this.#given.has(port)) continue;
      this.#given.add(port);
      yield port;
    }
  }

  /** Whether there are ports for this side, and this is none of them. */
  lacks(side: Side, port: number): boolean {
    return this.#lists[side].length > 0 && !this.#lists[side].includes(port);
  }
}
