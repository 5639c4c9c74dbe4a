import type { Failure } from "../../protocol/failure.ts";
import type { EngineUuid, MsgId } from "../../protocol/ids.ts";
import type { Outcome, Task } from "./task.ts";

/** What happens to the task scheduler. */
export type SchedulerEvent =
  | { readonly kind: "engine-joined"; readonly engine: EngineUuid }
  | { readonly kind: "engine-lost"; readonly engine: EngineUuid }
  /** The time for late results of a lost engine is over. */
  | { readonly kind: "engine-abandoned"; readonly engine: EngineUuid }
  | { readonly kind: "task-submitted"; readonly task: Task }
  | {
      readonly kind: "task-answered";
      readonly task: MsgId;
      readonly engine: EngineUuid;
      readonly outcome: Outcome;
    }
  /** The time that a `start-timeout` named is over. */
  | { readonly kind: "wait-expired"; readonly task: MsgId };

/** What it wants done, in this order. */
export type SchedulerEffect =
  | { readonly kind: "dispatch"; readonly task: MsgId; readonly engine: EngineUuid }
  /** The reply that has just come is the task's result. */
  | { readonly kind: "deliver"; readonly task: MsgId }
  | { readonly kind: "fail"; readonly task: MsgId; readonly failure: Failure }
  /** Replaces an earlier one of the same task; any other effect on the task ends it. */
  | { readonly kind: "start-timeout"; readonly task: MsgId; readonly timeoutMs: number }
  /** Report `engine-abandoned` later: the engine may have answered before it died. */
  | { readonly kind: "await-late-replies"; readonly engine: EngineUuid };
