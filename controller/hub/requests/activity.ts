import type { EngineId, EngineUuid, MsgId } from "../../../protocol/ids.ts";
import type { TrafficEvent } from "../../traffic.ts";
import type { Engine } from "../engines/registry.ts";

/** How many finished requests of an engine are remembered by id; all are counted. */
const remembered = 1000;

interface Work {
  /** Direct requests without a reply. */
  queue: Set<MsgId>;
  /** Latest finished requests, the oldest first. */
  recent: MsgId[];
  completed: number;
  /** When it joined or finished something last. */
  activeMs: number;
  isLost: boolean;
}

/** What each engine has been asked directly and what it has finished (wire protocol §9.3). */
export class Activity {
  readonly #now: () => number;
  readonly #work = new Map<EngineId, Work>();
  readonly #ids = new Map<EngineUuid, EngineId>();
  #endedTasks = 0;

  /** @param now monotonic, in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** An engine that returns finds what it had. */
  engineJoined({ id, uuid }: Pick<Engine, "id" | "uuid">): void {
    const known = this.#workOf(uuid) ?? { queue: new Set(), recent: [], completed: 0, activeMs: 0, isLost: false };
    Object.assign(known, { activeMs: this.#now(), isLost: false });
    this.#ids.set(uuid, id);
    this.#work.set(id, known);
  }

  /** What it was asked directly may still be answered, until it is buried; its tasks are answered in its place. */
  engineLost({ uuid }: Pick<Engine, "uuid">): void {
    const work = this.#workOf(uuid);
    if (work) work.isLost = true;
  }

  observe(event: TrafficEvent): void {
    switch (event.kind) {
      case "direct-requested":
        this.#workOf(event.engine)?.queue.add(event.id);
        break;
      case "direct-answered":
        if (this.#workOf(event.engine)?.queue.delete(event.id)) this.#finished(event.engine, event.id);
        break;
      case "task-answered":
        this.#taskEnded(event);
        break;
      case "task-requested":
      case "task-assigned":
      case "published":
        break;
    }
  }

  /** Direct requests that an earlier controller passed on. */
  restore(engine: EngineUuid, requests: readonly MsgId[]): void {
    for (const request of requests) this.#workOf(engine)?.queue.add(request);
  }

  /**
   * Gives up a lost engine: only how much it has finished is remembered.
   * @returns the direct requests that it will not answer any more
   */
  bury(engine: EngineUuid): MsgId[] {
    const work = this.#workOf(engine);
    if (!work) return [];
    const open = [...work.queue];
    Object.assign(work, { queue: new Set(), recent: [] });
    this.#ids.delete(engine);
    return open;
  }

  /** Tasks that have ended, however they ended. */
  get endedTasks(): number {
    return this.#endedTasks;
  }

  /** Direct requests that an engine has not answered. */
  queueOf(engine: EngineId): ReadonlySet<MsgId> {
    return this.#work.get(engine)?.queue ?? new Set();
  }

  completedBy(engine: EngineId): { readonly count: number; readonly recent: readonly MsgId[] } {
    const work = this.#work.get(engine);
    return { count: work?.completed ?? 0, recent: work?.recent.slice(-remembered) ?? [] };
  }

  /** Time since an engine finished something or, if it never did, since it joined. */
  idleMs(engine: EngineId): number {
    const work = this.#work.get(engine);
    return work ? this.#now() - work.activeMs : 0;
  }

  #taskEnded({ engine, id, outcome }: Extract<TrafficEvent, { kind: "task-answered" }>): void {
    this.#endedTasks++;
    if (engine !== undefined && outcome !== "aborted" && this.#workOf(engine)?.isLost === false)
      this.#finished(engine, id);
  }

  #finished(engine: EngineUuid, request: MsgId): void {
    const work = this.#workOf(engine);
    if (!work) return;
    work.activeMs = this.#now();
    work.completed++;
    work.recent.push(request);
    if (work.recent.length > 2 * remembered) work.recent = work.recent.slice(-remembered);
  }

  #workOf(engine: EngineUuid): Work | undefined {
    const id = this.#ids.get(engine);
    return id === undefined ? undefined : this.#work.get(id);
  }
}
