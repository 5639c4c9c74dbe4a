import type { Engine } from "./registry.ts";

/**
 * Engines that were lost. For a while their direct requests may still be answered, by a late reply or because the
 * engine returns; then these are settled on record (wire protocol §7.3). Clients settled them for themselves when they
 * heard of the loss.
 */
export class StrandedRequests {
  readonly #patienceMs: number;
  readonly #now: () => number;
  /** With the time at which each is given up, soonest first. */
  readonly #lost = new Map<Engine["uuid"], { readonly engine: Engine; readonly untilMs: number }>();

  /** @param now monotonic, in milliseconds */
  constructor(patienceMs: number, now: () => number) {
    this.#patienceMs = patienceMs;
    this.#now = now;
  }

  engineJoined({ uuid }: Engine): void {
    this.#lost.delete(uuid);
  }

  engineLost(engine: Engine): void {
    this.#lost.set(engine.uuid, { engine, untilMs: this.#now() + this.#patienceMs });
  }

  /** @returns engines whose time is over; they are forgotten */
  takeDue(): Engine[] {
    const due: Engine[] = [];
    for (const { engine, untilMs } of this.#lost.values()) {
      if (untilMs > this.#now()) break;
      due.push(engine);
    }
    for (const { uuid } of due) this.#lost.delete(uuid);
    return due;
  }
}
