import type { EngineUuid } from "../../../protocol/ids.ts";
import type { Placement } from "../placement/engine-pool.ts";
import type { Task } from "./task.ts";

/** Shared by all tasks that no engine has refused. */
const none: ReadonlySet<EngineUuid> = new Set();

/**
 * A task from submission to its end.
 *
 *     blocked ──▶ waiting ──▶ running ──▶ ended
 *        ▲           ▲           │
 *        └───────────┴───────────┘  run again: unmet dependency, error with retries left
 *
 * *blocked*: tasks that it depends on have not ended. *waiting*: an engine may take it. *running*: an engine holds it.
 */
export class TaskRecord {
  readonly task: Task;
  /** Position in the order of submission, kept when it is run again. */
  readonly sequence: number;
  state: "blocked" | "waiting" | "running" | "ended" = "blocked";
  retriesLeft: number;
  /** Somebody wants it to end: it is not run again, whatever its engine answers. */
  isAborted = false;
  /** Engines that it will not be given to again. */
  refused = none;
  /** Engines where the tasks that it follows have run; `undefined` where it follows none. */
  places: ReadonlySet<EngineUuid | undefined> | undefined;
  /** Holds it while it runs. */
  engine: EngineUuid | undefined;
  /** Its `placementKey` when it began to wait; `undefined` while it does not. */
  laneKey: string | undefined;

  constructor(task: Task, sequence: number) {
    this.task = task;
    this.sequence = sequence;
    this.retriesLeft = task.retries;
  }

  refuse(engine: EngineUuid): void {
    this.refused = new Set([...this.refused, engine]);
  }

  /** Engines outside which it cannot run; `undefined` where one that has not joined yet would do. */
  get confinedTo(): ReadonlySet<EngineUuid | undefined> | undefined {
    return this.places ?? this.task.targets;
  }

  /** As it stands now: later refusals do not change a placement that was given out. */
  get placement(): Placement {
    const { targets } = this.task;
    const { places, refused } = this;
    if (!targets && !places && refused.size === 0) return undefined;
    return (engine) => targets?.has(engine) !== false && places?.has(engine) !== false && !refused.has(engine);
  }

  /** Tasks of the same key may run on the same engines; empty = on any. */
  get placementKey(): string {
    const { targets } = this.task;
    if (!targets && !this.places && this.refused.size === 0) return "";
    return [targets, this.places, this.refused].map((set) => (set ? [...set].join(",") : "*")).join(";");
  }
}
