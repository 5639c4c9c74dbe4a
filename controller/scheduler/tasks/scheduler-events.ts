import type { Failure } from "../../../protocol/failure.ts";
import type { EngineUuid, MsgId } from "../../../protocol/ids.ts";
import type { Outcome, Task } from "./task.ts";

/** What happens to the task scheduler. */
export type SchedulerEvent =
  | { readonly kind: "engine-joined"; readonly engine: EngineUuid }
  | { readonly kind: "engine-lost"; readonly engine: EngineUuid }
  /** The time for late results of a lost engine is over. */
  | { readonly kind: "engine-abandoned"; readonly engine: EngineUuid }
  | { readonly kind: "task-submitted"; readonly task: Task }
  /** An earlier scheduler has left these open, in the order of their submission; engines have joined before. */
  | {
      readonly kind: "tasks-restored";
      readonly tasks: readonly RestoredTask[];
      /** How tasks ended that these depend on. */
      readonly endings: readonly TaskEnding[];
    }
  | {
      readonly kind: "task-answered";
      readonly task: MsgId;
      readonly engine: EngineUuid;
      readonly outcome: Outcome;
    }
  /** Whoever is asked to run them shall not; those that an engine holds are that engine's affair. */
  | { readonly kind: "abort-requested"; readonly tasks: readonly MsgId[] }
  /** The time that a `start-timeout` named is over. */
  | { readonly kind: "wait-expired"; readonly task: MsgId };

export interface RestoredTask {
  readonly task: Task;
  /** Has it, if it is still there; absent where no engine had it yet. */
  readonly engine: EngineUuid | undefined;
}

export interface TaskEnding {
  readonly task: MsgId;
  readonly isOk: boolean;
  /** Where it ran, if it did. */
  readonly engine: EngineUuid | undefined;
}

/** What it wants done, in this order. */
export type SchedulerEffect =
  | { readonly kind: "dispatch"; readonly task: MsgId; readonly engine: EngineUuid }
  /** The reply that has just come is the task's result. */
  | { readonly kind: "deliver"; readonly task: MsgId }
  | { readonly kind: "fail"; readonly task: MsgId; readonly failure: Failure }
  /** Reply that the task was aborted. */
  | { readonly kind: "abort"; readonly task: MsgId }
  /** Replaces an earlier one of the same task; any other effect on the task ends it. */
  | { readonly kind: "start-timeout"; readonly task: MsgId; readonly timeoutMs: number }
  /** Report `engine-abandoned` later, unless it joins again: it may have answered before it was lost. */
  | { readonly kind: "await-late-replies"; readonly engine: EngineUuid };
