import type { EngineUuid, MsgId } from "./ids.ts";
import type { JsonObject } from "./json.ts";

/** A failure as it travels and is stored: plain data that scheduler, hub and client share. */
export type Failure =
  | { readonly code: "engine-died"; readonly engine: EngineUuid; readonly task: MsgId }
  | { readonly code: "unknown-engine"; readonly engine: EngineUuid; readonly task: MsgId }
  /** `reason`: what the last engine said that refused the task. */
  | { readonly code: "impossible-dependency"; readonly reason?: string }
  | { readonly code: "invalid-dependency" }
  /** The scheduler passes tasks on in turn and takes no wishes. */
  | { readonly code: "pure-scheme"; readonly wishes: readonly string[] }
  | { readonly code: "task-timeout" };

/** Names of the exceptions as ipyparallel's peers know them. */
const names: Record<Failure["code"], string> = {
  "engine-died": "EngineError",
  "unknown-engine": "EngineError",
  "impossible-dependency": "ImpossibleDependency",
  "invalid-dependency": "InvalidDependency",
  "pure-scheme": "ImpossibleDependency",
  "task-timeout": "TaskTimeout",
};

/**
 * Content of the reply that reports a failure (wire protocol §2.4, §11.6).
 * `engine_info` stays empty: a client waits for output only of replies that name an engine.
 */
export function failureContent(failure: Failure): JsonObject {
  return {
    status: "error",
    ename: names[failure.code],
    evalue: describeFailure(failure),
    traceback: [],
    engine_info: {},
  };
}

function describeFailure(failure: Failure): string {
  switch (failure.code) {
    case "engine-died":
      return `Engine b'${failure.engine}' died while running task '${failure.task}'`;
    case "unknown-engine":
      return `Engine b'${failure.engine}' is not registered: task '${failure.task}' was not sent`;
    case "pure-scheme":
      return `The scheme "pure" gives tasks to engines in turn and takes no ${failure.wishes.join(", ")}: start the controller with another --scheme.`;
    case "impossible-dependency":
      return failure.reason === undefined ? "" : `No engine can run this task; the last one said: ${failure.reason}`;
    case "invalid-dependency":
    case "task-timeout":
      return "";
  }
}
