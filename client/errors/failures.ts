import { giveName } from "../../canning/functions/builtin-names.ts";
import { RemoteError, type RemoteFailure } from "./remote-error.ts";

/** An engine died or was never there; its requests have no result. */
export class EngineError extends RemoteError {}
/** The request was aborted, before an engine ran it or while it did, or the client was closed. */
export class TaskAborted extends RemoteError {}
/** The controller went away, and what became of the request is not known. */
export class ConnectionLost extends RemoteError {}
/**
 * An engine cannot run a call. Functions throw it themselves, `throw new UnmetDependency("no GPU")`: then a task goes to
 * another engine, and to none twice; a direct view reports it.
 */
export class UnmetDependency extends RemoteError {
  constructor(failure: RemoteFailure | string = "", message?: string) {
    if (typeof failure !== "string") super(failure, message);
    else {
      super({ ename: "UnmetDependency", evalue: failure, traceback: [], method: "apply" }, failure);
      Error.captureStackTrace(this, new.target);
    }
  }
}
// Functions that throw it find it on engines under this name, wherever the package lies here.
giveName(UnmetDependency, { kind: "module", module: "tsparallel", path: ["UnmetDependency"] });
/** No engine will ever be able to run the task. */
export class ImpossibleDependency extends UnmetDependency {}
/** The task names a task that was never submitted, or itself. */
export class InvalidDependency extends ImpossibleDependency {}
/** The task waited longer than its `timeoutMs` for its dependencies or for an engine. */
export class DependencyTimeout extends ImpossibleDependency {}

/** There is no engine to send to. */
export class NoEnginesRegistered extends Error {
  override name = "NoEnginesRegistered";

  constructor() {
    super(
      "No engine is registered: start some with `ipcluster start -n 4`, or wait with `await rc.waitForEngines(4)`.",
    );
  }
}

/** Something was not there in time. The request goes on: ask again, or abort it. */
export class TimeoutError extends Error {
  override name = "TimeoutError";
}

/** The client could not find or reach a controller. */
export class ConnectError extends Error {
  override name = "ConnectError";
}

/** Failures that controller and client themselves report, by the name that travels. */
const classes: Readonly<Record<string, new (failure: RemoteFailure, message?: string) => RemoteError>> = {
  EngineError,
  TaskAborted,
  ConnectionLost,
  ImpossibleDependency,
  InvalidDependency,
  TaskTimeout: DependencyTimeout,
  DependencyTimeout,
};

/** What to say where the controller sends a name and no words (wire protocol §11.7). */
const explanations: Readonly<Record<string, string>> = {
  ImpossibleDependency: "No engine will ever be able to run this task: check its targets and dependencies.",
  InvalidDependency: "The task depends on itself, or on a task that was never submitted.",
  TaskTimeout: "The task waited longer than its timeoutMs for an engine.",
};

/** The error for a failure: the one place where failures become errors. */
export function remoteError(failure: RemoteFailure): RemoteError {
  if (failure.ename === "UnmetDependency") return new UnmetDependency(failure);
  const FailureClass = failure.traceback.length === 0 ? classes[failure.ename] : undefined;
  if (!FailureClass) return new RemoteError(failure);
  return new FailureClass(failure, failure.evalue || explanations[failure.ename] || failure.ename);
}

/** @param method what was asked @param evalue what happened to it */
export const connectionLost = (method: string, evalue: string): RemoteError =>
  remoteError({
    ename: "ConnectionLost",
    evalue: `${method}: the connection to the controller broke; ${evalue}`,
    traceback: [],
    method,
  });
