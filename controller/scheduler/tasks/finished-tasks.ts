import type { EngineUuid, MsgId } from "../../../protocol/ids.ts";
import { NumberTable } from "../../../protocol/number-table.ts";
import type { Dependency } from "./task.ts";

/** How a task ended. */
interface Ending {
  readonly isOk: boolean;
  /** Where it ran; `undefined` for a task that the scheduler itself failed. */
  readonly engine: EngineUuid | undefined;
}

/** How a dependency stands. `unreachable`: no further ending can meet it. */
export type Standing = "met" | "open" | "unreachable";

/** As many as a number of the table can tell apart; tasks of later engines count as run nowhere. */
const mostEngines = 32_766;

/** The endings of the latest tasks, which dependencies are judged by. One that was dropped was never submitted. */
export class FinishedTasks {
  /** 2 × place of the engine + 1 if it went wrong + 1. */
  readonly #endings = new NumberTable();
  readonly #engines: (EngineUuid | undefined)[] = [undefined];
  readonly #places = new Map<EngineUuid | undefined, number>([[undefined, 0]]);

  has(task: MsgId): boolean {
    return this.#endings.get(task) > 0;
  }

  add(task: MsgId, isOk: boolean, engine: EngineUuid | undefined): void {
    this.#endings.set(task, 2 * this.#placeOf(engine) + (isOk ? 1 : 2));
  }

  standing(dependency: Dependency): Standing {
    const { ids, all } = dependency;
    let [good, bad] = [0, 0];
    for (const id of ids) {
      const ending = this.#get(id);
      if (ending === undefined) continue;
      if (matches(dependency, ending)) good++;
      else bad++;
    }
    if (all ? bad > 0 : bad === ids.length) return "unreachable";
    return (all ? good === ids.length : good > 0) ? "met" : "open";
  }

  /** Engines where tasks that meet the dependency ran. */
  placesOf(dependency: Dependency): ReadonlySet<EngineUuid | undefined> {
    const endings = dependency.ids.flatMap((id) => this.#get(id) ?? []);
    return new Set(endings.filter((ending) => matches(dependency, ending)).map(({ engine }) => engine));
  }

  /** Whether nothing more can happen to what the dependency names. */
  isSettled({ ids }: Dependency): boolean {
    return ids.every((id) => this.has(id));
  }

  #get(task: MsgId): Ending | undefined {
    const value = this.#endings.get(task);
    if (value === 0) return undefined;
    return { isOk: value % 2 === 1, engine: this.#engines[Math.floor((value - 1) / 2)] };
  }

  #placeOf(engine: EngineUuid | undefined): number {
    const known = this.#places.get(engine);
    if (known !== undefined) return known;
    if (this.#engines.length > mostEngines) return 0;
    this.#engines.push(engine);
    this.#places.set(engine, this.#engines.length - 1);
    return this.#engines.length - 1;
  }
}

const matches = ({ success, failure }: Dependency, { isOk }: Ending): boolean => (isOk ? success : failure);
