import { parseWireDate } from "../../protocol/clock.ts";
import { isJsonObject, type JsonValue } from "../../protocol/json.ts";
import type { EngineDirectory } from "../engine-directory.ts";
import { remoteError } from "../errors/failures.ts";
import type { RemoteError } from "../errors/remote-error.ts";
import type { CellResult, RichOutput } from "./output-piece.ts";
import type { Request } from "./request.ts";

/** What is known of one request. Times are on the clock of the machine that took them. */
export interface TaskMetadata {
  readonly msgId: string;
  /** `apply` or `execute`. */
  readonly method: string;
  readonly label: string | undefined;
  /** Message ids of the tasks that it had to wait for. */
  readonly after: readonly string[];
  /** Message ids of the tasks where it had to run. */
  readonly follow: readonly string[];
  /** `undefined` until the engine has answered. */
  readonly status: "ok" | "error" | "aborted" | undefined;
  /** `undefined` while the scheduler has not chosen an engine, or for an engine never announced to this client. */
  readonly engineId: number | undefined;
  readonly engineUuid: string | undefined;
  /** When it left the client. */
  readonly submitted: Date;
  /** When the engine began to run it. */
  readonly started: Date | undefined;
  /** When the engine was done. */
  readonly completed: Date | undefined;
  /** When the reply reached the client. */
  readonly received: Date | undefined;
  readonly error: RemoteError | undefined;
  /** Code of an `execute`. */
  readonly executeInput: string | undefined;
  readonly executeResult: CellResult | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: readonly RichOutput[];
  /** What `publishData` sent so far. */
  readonly data: Readonly<Record<string, unknown>>;
}

export function taskMetadata(request: Request, engines: EngineDirectory): TaskMetadata {
  const { outcome, output, engine } = request;
  return {
    msgId: request.msgId,
    method: request.method,
    label: request.label,
    after: idsIn(request.dependencies?.after),
    follow: idsIn(request.dependencies?.follow),
    status: outcome?.status,
    engineId: engine && engines.id(engine),
    engineUuid: engine,
    submitted: date(request.submitted) ?? new Date(Number.NaN),
    started: date(request.started),
    completed: date(request.completed),
    received: request.receivedMs === undefined ? undefined : new Date(request.receivedMs),
    error: outcome && outcome.status !== "ok" ? remoteError(outcome.failure) : undefined,
    executeInput: request.code,
    executeResult: output?.result,
    stdout: output?.stdout ?? "",
    stderr: output?.stderr ?? "",
    outputs: output?.displays ?? [],
    data: publishedValues(request),
  };
}

function idsIn(dependency: JsonValue | undefined): readonly string[] {
  const ids = isJsonObject(dependency) ? dependency["dependencies"] : dependency;
  return [ids ?? []].flat().filter((id) => typeof id === "string");
}

/** What `publishData` sent so far. */
export function publishedValues(request: Request): Readonly<Record<string, unknown>> {
  return Object.fromEntries(request.output?.values ?? []);
}

function date(wire: string | undefined): Date | undefined {
  const epochMs = wire === undefined ? undefined : parseWireDate(wire);
  return epochMs === undefined ? undefined : new Date(epochMs);
}
