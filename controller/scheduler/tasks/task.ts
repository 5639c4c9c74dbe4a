import type { EngineUuid, MsgId } from "../../../protocol/ids.ts";

/** What must have happened to other tasks, and with which outcome (wire protocol §11.2). */
export interface Dependency {
  /** Never empty. */
  readonly ids: readonly MsgId[];
  /** Whether all must match, or any one. */
  readonly all: boolean;
  readonly success: boolean;
  readonly failure: boolean;
}

/** What a client asks of the scheduler, read from a request's metadata (wire protocol §11.1). */
export interface Task {
  readonly id: MsgId;
  /** Engines that may run it; `undefined` = any. Never empty. */
  readonly targets?: ReadonlySet<EngineUuid> | undefined;
  /** Not before these have ended. */
  readonly after?: Dependency | undefined;
  /** Only where these have run. */
  readonly follow?: Dependency | undefined;
  /** Longest time to wait for an engine; 0 = no limit. A running task never times out. */
  readonly timeoutMs: number;
  /** How often it may be run again after an error. */
  readonly retries: number;
}

/** How an engine answered. `unmet`: the task found that this engine cannot run it (`UnmetDependency`). */
export type Outcome = "ok" | "error" | "aborted" | "unmet";

/** What a task asks of the scheduler, by the names that clients give it. */
export function wishesOf({ targets, after, follow, timeoutMs, retries }: Task): string[] {
  const wishes = { targets, after, follow, timeout: timeoutMs > 0, retries: retries > 0 };
  return Object.entries(wishes).flatMap(([name, wish]) => (wish ? [name] : []));
}
