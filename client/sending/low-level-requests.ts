import type { EngineUuid } from "../../protocol/ids.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Payload } from "../connection/request-traffic.ts";
import type { ConnectionService } from "../connection-service.ts";
import { resultControls } from "../controls/result-controls.ts";
import type { EngineDirectory } from "../engine-directory.ts";
import type { RemoteArguments } from "../options/call-options.ts";
import { ExecuteReply } from "../requests/execute-reply.ts";
import type { RequestPlan } from "../requests/request.ts";
import { AsyncResult } from "../results/async-result.ts";
import { RequestGroup } from "../results/request-group.ts";
import { fixTargets, recipients } from "../targets.ts";
import { cannedCall, cannedValue } from "./canned-call.ts";

/** Where a single message goes, and what it carries beside its content. */
export interface RequestOptions {
  /** Id of the engine that gets it; without it, the scheduler chooses one. */
  readonly engine?: number;
  /** Keys of the message's metadata as they travel, for example `{ retries: 2 }` or `{ follow: ids }`. */
  readonly metadata?: JsonObject;
}

export interface ExecuteRequestOptions extends RequestOptions {
  /** Whether the value of the last expression is kept back; `true` unless given. */
  readonly silent?: boolean;
}

/** Sends one `apply_request`, on which all calls of functions are built. */
export function sendApplyRequest<Args extends unknown[], R>(
  connection: ConnectionService,
  { f, args }: { readonly f: (...args: Args) => R; readonly args: RemoteArguments<Args> },
  options: RequestOptions,
): AsyncResult<Awaited<R>, "one"> {
  const { engines, session } = connection;
  const payload = cannedCall({ fn: f, args }, "call", { session });
  const able = [...engines.uuids].filter(([id]) => engines.isOurs(id)).map(([, uuid]) => uuid);
  const metadata = { ...(engines.areAllOurs ? {} : { targets: able }), ...options.metadata };
  const read: RequestPlan["read"] = (reply) => cannedValue(reply, session.signer);
  return send(connection, payload, { method: "apply", read }, { ...options, metadata });
}

/** Sends one `execute_request`. */
export function sendExecuteRequest(
  connection: ConnectionService,
  code: string,
  { silent = true, ...options }: ExecuteRequestOptions,
): AsyncResult<ExecuteReply, "one"> {
  const read: RequestPlan["read"] = ({ content }, request) =>
    new ExecuteReply(Number(content["execution_count"]), request, connection.engines);
  return send(
    connection,
    { content: { code, silent, user_expressions: {} } },
    { method: "execute", read, code },
    options,
  );
}

function send<T>(
  connection: ConnectionService,
  message: Payload,
  plan: RequestPlan,
  { engine, metadata }: RequestOptions,
): AsyncResult<T, "one"> {
  const { engines } = connection;
  const payload = { ...message, metadata: { lean: true, ...metadata } };
  const label = typeof metadata?.["label"] === "string" ? metadata["label"] : undefined;
  const group = new RequestGroup();
  group.add(
    engine === undefined
      ? connection.requests.task(payload, { ...plan, label }, group)
      : connection.requests.toEngine(uuidOf(engine, engines), payload, { ...plan, label }, group),
  );
  group.seal();
  return new AsyncResult(group, {
    name: plan.method,
    arity: "one",
    join: ([value]) => value as T,
    ...resultControls(connection),
  });
}

function uuidOf(engine: number, engines: EngineDirectory): EngineUuid {
  const [uuid] = recipients(fixTargets(engine, engines), engines).flatMap((id) => engines.uuid(id) ?? []);
  if (uuid === undefined) throw new Error("An engine that is there has a uuid.");
  return uuid;
}
