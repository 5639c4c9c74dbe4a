import type { EngineId, EngineUuid, MsgId } from "../../protocol/ids.ts";

/** How many finished requests of an engine are remembered by id; all are counted. */
const remembered = 1000;

interface Work {
  /** Direct requests without a reply. */
  readonly queue: Set<MsgId>;
  /** Latest finished requests, the oldest first. */
  recent: MsgId[];
  completed: number;
}

/** What each engine has been asked directly and what it has finished (wire protocol §9.3). */
export class Activity {
  readonly #work = new Map<EngineId, Work>();
  readonly #ids = new Map<EngineUuid, EngineId>();

  engineJoined({ id, uuid }: { readonly id: EngineId; readonly uuid: EngineUuid }): void {
    this.#ids.set(uuid, id);
    this.#work.set(id, { queue: new Set(), recent: [], completed: 0 });
  }

  /** Its open requests are settled by the clients that sent them; what it had finished stays on record. */
  engineLost({ id, uuid }: { readonly id: EngineId; readonly uuid: EngineUuid }): void {
    this.#ids.delete(uuid);
    this.#work.get(id)?.queue.clear();
  }

  requestSent(engine: EngineUuid, request: MsgId): void {
    this.#workOf(engine)?.queue.add(request);
  }

  /** A reply to a direct request; any other is ignored. */
  replyCame(engine: EngineUuid, request: MsgId): void {
    if (this.#workOf(engine)?.queue.delete(request)) this.finished(engine, request);
  }

  finished(engine: EngineUuid, request: MsgId): void {
    const work = this.#workOf(engine);
    if (!work) return;
    work.completed++;
    work.recent.push(request);
    if (work.recent.length > 2 * remembered) work.recent = work.recent.slice(-remembered);
  }

  /** Direct requests that an engine has not answered. */
  queueOf(engine: EngineId): ReadonlySet<MsgId> {
    return this.#work.get(engine)?.queue ?? new Set();
  }

  completedBy(engine: EngineId): { readonly count: number; readonly recent: readonly MsgId[] } {
    const work = this.#work.get(engine);
    return { count: work?.completed ?? 0, recent: work?.recent.slice(-remembered) ?? [] };
  }

  #workOf(engine: EngineUuid): Work | undefined {
    const id = this.#ids.get(engine);
    return id === undefined ? undefined : this.#work.get(id);
  }
}
