import type { JsonObject } from "../../protocol/json.ts";
import { idsOf, type Tasks } from "../hub/tasks.ts";
import { type KnownOptions, requireKnown } from "../options/known-options.ts";

/** When a task may run, as seen from the tasks that it depends on. */
export interface DependencyOptions {
  /** `false`: one of the tasks is enough. Default `true`. */
  readonly all?: boolean;
  /** Whether a task that succeeded counts. Default `true`. */
  readonly success?: boolean;
  /** Whether a task that failed or was aborted counts. Default `false`. */
  readonly failure?: boolean;
}

const dependencyOptions: KnownOptions<DependencyOptions> = { all: true, success: true, failure: true };

/**
 * Tasks that another one depends on, and how they must have ended: for the flags `after` and `follow` of a
 * load-balanced view. Only tasks of load-balanced views count.
 *
 *     const cleanUp = view.withFlags({ after: new Dependency(work, { success: false, failure: true }) });
 */
export class Dependency {
  readonly msgIds: readonly string[];
  readonly all: boolean;
  readonly success: boolean;
  readonly failure: boolean;

  /**
   * @throws {TypeError} for what is neither a result nor a message id, and an option that there is not
   * @throws {RangeError} when neither success nor failure counts, or a map among the tasks has not sent all its parts
   */
  constructor(tasks: Tasks, options: DependencyOptions = {}) {
    requireKnown(options, dependencyOptions);
    const { all = true, success = true, failure = false } = options;
    if (!success && !failure)
      throw new RangeError("A Dependency with neither success nor failure is never met: set one of them to true.");
    this.msgIds = idsOf(tasks);
    requireSubmitted(tasks);
    this.all = all;
    this.success = success;
    this.failure = failure;
  }
}

/** A dependency as the scheduler reads it (wire protocol §11.1). */
export function wireDependency(dependency: Dependency | Tasks): JsonObject {
  const { msgIds, all, success, failure } = dependency instanceof Dependency ? dependency : new Dependency(dependency);
  return { dependencies: [...msgIds], all, success, failure };
}

/** Ids of parts that are sent later are not known yet: whoever depends on them would run too early. */
function requireSubmitted(tasks: Tasks): void {
  const unfinished = [tasks].flat().find((task) => typeof task !== "string" && !task.isSubmitted);
  if (unfinished !== undefined)
    throw new RangeError(
      "A map that has not sent all its parts yet cannot be depended on: await it first, or give it a chunkSize.",
    );
}
