import type { EngineUuid, MsgId } from "../../protocol/ids.ts";
import { RecentMap } from "../../protocol/recent-map.ts";
import type { Dependency } from "./task.ts";

/** How a task ended. */
export interface Ending {
  readonly isOk: boolean;
  /** Where it ran; `undefined` for a task that the scheduler itself failed. */
  readonly engine: EngineUuid | undefined;
}

/** How a dependency stands. `unreachable`: no further ending can meet it. */
export type Standing = "met" | "open" | "unreachable";

/**
 * The endings of the latest tasks, which dependencies are judged by.
 * Bounded: a task that ended longer ago than `limit` others counts as never submitted.
 */
export class FinishedTasks {
  readonly #endings: RecentMap<MsgId, Ending>;
  /** One object for each engine and outcome, however many tasks share it. */
  readonly #shared = new Map<EngineUuid | undefined, { ok: Ending; failed: Ending }>();

  constructor(limit: number) {
    this.#endings = new RecentMap(limit);
  }

  has(task: MsgId): boolean {
    return this.#endings.has(task);
  }

  add(task: MsgId, isOk: boolean, engine: EngineUuid | undefined): void {
    const shared = this.#endingsOf(engine);
    this.#endings.set(task, isOk ? shared.ok : shared.failed);
  }

  standing(dependency: Dependency): Standing {
    const { ids, all } = dependency;
    let [good, bad] = [0, 0];
    for (const id of ids) {
      const ending = this.#endings.get(id);
      if (ending === undefined) continue;
      if (matches(dependency, ending)) good++;
      else bad++;
    }
    if (all ? bad > 0 : bad === ids.length) return "unreachable";
    return (all ? good === ids.length : good > 0) ? "met" : "open";
  }

  /** Engines where tasks that meet the dependency ran. */
  placesOf(dependency: Dependency): ReadonlySet<EngineUuid | undefined> {
    const endings = dependency.ids.flatMap((id) => this.#endings.get(id) ?? []);
    return new Set(endings.filter((ending) => matches(dependency, ending)).map(({ engine }) => engine));
  }

  /** Whether nothing more can happen to what the dependency names. */
  isSettled({ ids }: Dependency): boolean {
    return ids.every((id) => this.#endings.has(id));
  }

  #endingsOf(engine: EngineUuid | undefined): { ok: Ending; failed: Ending } {
    let shared = this.#shared.get(engine);
    if (!shared) {
      shared = { ok: { isOk: true, engine }, failed: { isOk: false, engine } };
      this.#shared.set(engine, shared);
    }
    return shared;
  }
}

const matches = ({ success, failure }: Dependency, { isOk }: Ending): boolean => (isOk ? success : failure);
