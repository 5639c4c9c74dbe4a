import { type EngineId, type EngineUuid, engineId } from "../../../protocol/ids.ts";

export interface Engine {
  readonly id: EngineId;
  readonly uuid: EngineUuid;
  /** What it runs; `undefined` for Python engines, which do not say. */
  readonly language: string | undefined;
}

/** An engine's request to be given an id. */
export interface Application {
  readonly uuid: EngineUuid;
  /** The id that it would like. */
  readonly id?: number | null | undefined;
  readonly language?: string | undefined;
}

/** How many lost engines are remembered, so that they may return. */
const mostLost = 1000;

/**
 * The engines of the cluster. An engine is *pending* from its registration to its first heartbeat, then *registered*.
 * One that fell silent is *lost* and may return under its old id; one that said goodbye is forgotten.
 *
 * Invariants: a uuid is pending, registered or lost, or unknown; an id belongs to one engine, pending or registered;
 * ids that nobody asked for are never reused.
 */
export class Registry {
  readonly #registered = new Map<EngineUuid, Engine>();
  /** With the time at which each is given up. */
  readonly #pending = new Map<EngineUuid, { engine: Engine; untilMs: number }>();
  /** The latest, the longest lost first. */
  readonly #lost = new Map<EngineUuid, Engine>();
  readonly #ids = new Map<EngineId, Engine>();
  readonly #ever = new Set<EngineId>();
  readonly #patienceMs: number;
  #nextId = 0;

  /** @param patienceMs how long an engine may take from registration to first heartbeat */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Registered engines, in the order of their registration. */
  get engines(): IterableIterator<Engine> {
    return this.#registered.values();
  }

  /** All that were ever registered, lost ones included. */
  get everRegistered(): ReadonlySet<EngineId> {
    return this.#ever;
  }

  get nextId(): number {
    return this.#nextId;
  }

  isRegistered(uuid: EngineUuid): boolean {
    return this.#registered.has(uuid);
  }

  /** @returns the registered engine of that uuid */
  get(uuid: EngineUuid): Engine | undefined {
    return this.#registered.get(uuid);
  }

  /** A registered or lost engine. */
  known(uuid: EngineUuid): Engine | undefined {
    return this.#registered.get(uuid) ?? this.#lost.get(uuid);
  }

  /** A registered or pending engine. */
  byId(id: number): Engine | undefined {
    return this.#ids.get(engineId(id));
  }

  /** @returns the engine, now pending; `undefined` when its uuid is taken (the id is used up all the same) */
  apply(application: Application, nowMs: number): Engine | undefined {
    const { uuid } = application;
    const id = this.#chooseId(application.id);
    if (this.#registered.has(uuid) || this.#pending.has(uuid)) return undefined;
    const engine = { id, uuid, language: application.language };
    this.#lost.delete(uuid);
    this.#pending.set(uuid, { engine, untilMs: nowMs + this.#patienceMs });
    this.#ids.set(id, engine);
    return engine;
  }

  /** @returns the engine, now registered; `undefined` when it was not pending */
  finish(uuid: EngineUuid): Engine | undefined {
    const engine = this.#pending.get(uuid)?.engine;
    if (!engine) return undefined;
    this.#pending.delete(uuid);
    this.#enter(engine);
    return engine;
  }

  /** Registers engines of an earlier controller. */
  adopt(engines: readonly Engine[], nextId: number): void {
    for (const engine of engines) {
      this.#enter(engine);
      this.#nextId = Math.max(this.#nextId, engine.id + 1);
    }
    this.#nextId = Math.max(this.#nextId, nextId);
  }

  /** Forgets an engine. @returns whether it was registered, not just pending */
  remove({ id, uuid }: Engine): boolean {
    if (this.#ids.get(id)?.uuid === uuid) this.#ids.delete(id);
    this.#pending.delete(uuid);
    this.#lost.delete(uuid);
    return this.#registered.delete(uuid);
  }

  /** Removes a registered engine, which may return. @returns the one that may no longer, as too many are lost */
  lose(engine: Engine): Engine | undefined {
    this.remove(engine);
    this.#lost.set(engine.uuid, engine);
    if (this.#lost.size <= mostLost) return undefined;
    const [oldest] = this.#lost.values();
    if (oldest) this.#lost.delete(oldest.uuid);
    return oldest;
  }

  /** @returns the lost engine, registered again under its old id or, where that was given away, a new one */
  revive(uuid: EngineUuid): Engine | undefined {
    const lost = this.#lost.get(uuid);
    if (!lost) return undefined;
    this.#lost.delete(uuid);
    const engine = { ...lost, id: this.#chooseId(lost.id) };
    this.#enter(engine);
    return engine;
  }

  /** Forgets the pending engines whose time is over, and returns them. */
  purge(nowMs: number): Engine[] {
    const stalled = [...this.#pending.values()].filter(({ untilMs }) => untilMs <= nowMs).map(({ engine }) => engine);
    for (const engine of stalled) this.remove(engine);
    return stalled;
  }

  #enter(engine: Engine): void {
    this.#registered.set(engine.uuid, engine);
    this.#ids.set(engine.id, engine);
    this.#ever.add(engine.id);
  }

  #chooseId(requested: number | null | undefined): EngineId {
    const isFree = typeof requested === "number" && !this.#ids.has(engineId(requested));
    const id = isFree ? requested : this.#nextId;
    this.#nextId = Math.max(this.#nextId, id + 1);
    return engineId(id);
  }
}
