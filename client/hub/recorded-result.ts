import { parseWireDate, systemClock } from "../../protocol/clock.ts";
import type { Header } from "../../protocol/envelope.ts";
import { type EngineUuid, engineUuid } from "../../protocol/ids.ts";
import { isJsonObject, type JsonObject } from "../../protocol/json.ts";
import type { Message } from "../../protocol/session.ts";
import type { FailedEngine } from "../errors/remote-error.ts";
import type { OutputPiece } from "../requests/output-piece.ts";
import { readFailure } from "../requests/read-output.ts";
import type { Method, Request, RequestIdentity } from "../requests/request.ts";
import type { ResultRecord } from "./hub-records.ts";

/**
 * Gives a request what the hub recorded of it: who it was, its output where none came by itself, its reply.
 * @returns whether that finished it: it had not ended before
 */
export function takeRecord(request: Request, record: ResultRecord, locate: Locate): boolean {
  if (request.isFinished) return false;
  const uuid = record.result_metadata["engine"];
  const engine = typeof uuid === "string" && uuid !== "" ? engineUuid(uuid) : undefined;
  if (request.submitted === "") request.identify(recordedRequest(record));
  if (!request.output)
    for (const piece of recordedOutput(record, engine && locate(engine))) request.takeOutput(piece, engine);
  const receivedMs = record.received === null ? undefined : parseWireDate(record.received);
  return request.takeReply(recordedReply(record), receivedMs ?? systemClock(), locate) || request.endOutput();
}

type Locate = (uuid: EngineUuid) => FailedEngine;

function recordedRequest({ header, metadata, io }: ResultRecord): RequestIdentity {
  const label = metadata["label"];
  return {
    method: methodOf(header),
    submitted: String(header["date"] ?? ""),
    label: typeof label === "string" ? label : undefined,
    dependencies: { after: metadata["after"], follow: metadata["follow"] },
    code: io.execute_input ?? undefined,
  };
}

/** The reply as the client that sent the request got it; all output is on record, so that it promises none. */
function recordedReply(record: ResultRecord): Message {
  const { header, result_header, result_metadata, result_content, buffers } = record;
  return {
    idents: [],
    header: result_header as Header,
    parent: header as Header,
    metadata: { ...result_metadata, output: false },
    content: result_content,
    buffers,
  };
}

/** What the request put out; of rich displays the hub keeps none. */
function recordedOutput({ io, header }: ResultRecord, engine: FailedEngine | undefined): OutputPiece[] {
  const pieces: OutputPiece[] = [];
  for (const name of ["stdout", "stderr"] as const) if (io[name]) pieces.push({ kind: "stream", name, text: io[name] });
  const { execute_result: result, error } = io;
  if (result)
    pieces.push({
      kind: "result",
      executionCount: Number(result["execution_count"]),
      data: object(result, "data"),
      metadata: object(result, "metadata"),
    });
  if (error) pieces.push({ kind: "error", failure: readFailure(error, engine, methodOf(header)) });
  return pieces;
}

const methodOf = (header: JsonObject): Method =>
  String(header["msg_type"]).startsWith("execute") ? "execute" : "apply";

function object(content: JsonObject, key: string): JsonObject {
  const value = content[key];
  return isJsonObject(value) ? value : {};
}
