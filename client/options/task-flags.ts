import type { JsonObject } from "../../protocol/json.ts";
import { type Dependency, wireDependency } from "../dependencies/dependency.ts";
import type { Tasks } from "../hub/tasks.ts";
import type { Targets } from "../targets.ts";
import type { KnownOptions } from "./known-options.ts";

/** What holds for all tasks of a load-balanced view. */
export interface TaskFlags {
  /** Engines that may run the tasks; all unless given. */
  readonly targets?: Targets | undefined;
  /** Tasks after which these may run: a plain list means that all of them succeeded. */
  readonly after?: Dependency | Tasks | undefined;
  /** Tasks on whose engine these must run: each runs where all of these succeeded, unless a `Dependency` says otherwise. */
  readonly follow?: Dependency | Tasks | undefined;
  /** How often a failed task is tried again, each time on another engine; 0 unless given. */
  readonly retries?: number | undefined;
  /**
   * Milliseconds that a task may wait for its dependencies and for an engine; then it fails with `DependencyTimeout`. A
   * running task goes on. 0, the default, means for ever.
   */
  readonly timeoutMs?: number | undefined;
  /** Name of the tasks in their metadata and in the hub's records. */
  readonly label?: string | undefined;
  /** Whether `sent` of results turns true by itself; see {@link DirectFlags.track}. */
  readonly track?: boolean | undefined;
}

export const taskFlags: KnownOptions<TaskFlags> = {
  targets: true,
  after: true,
  follow: true,
  retries: true,
  timeoutMs: true,
  label: true,
  track: true,
};

/** The flags of a view but its engines, as tasks carry them: made once, not for each task. */
export interface WireFlags {
  readonly after?: JsonObject | undefined;
  readonly follow?: JsonObject | undefined;
  readonly retries?: number | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  readonly label?: string | undefined;
}

/**
 * These flags over earlier ones (wire protocol §11.1); one that is given as `undefined` is taken back.
 * @throws {RangeError} naming a flag that makes no sense
 */
export function wireFlags(flags: Omit<TaskFlags, "targets" | "track">, earlier: WireFlags = {}): WireFlags {
  const { after, follow, retries, timeoutMs, label } = flags;
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0))
    throw new RangeError(`retries is ${retries}: give a whole number, 0 or more.`);
  if (timeoutMs !== undefined && !(timeoutMs >= 0 && timeoutMs < Number.POSITIVE_INFINITY))
    throw new RangeError(`timeoutMs is ${timeoutMs}: give milliseconds, or 0 to wait for ever.`);
  return {
    ...earlier,
    ...("after" in flags && { after: given(after) }),
    ...("follow" in flags && { follow: given(follow) }),
    ...("retries" in flags && { retries }),
    ...("timeoutMs" in flags && { timeout: timeoutMs && timeoutMs / 1000 }),
    ...("label" in flags && { label }),
  };
}

const given = (dependency: Dependency | Tasks | undefined): JsonObject | undefined =>
  dependency === undefined ? undefined : wireDependency(dependency);
