import { isJsonObject, type JsonObject, type JsonValue } from "../../protocol/json.ts";
import type { Message } from "../../protocol/session.ts";
import type { FailedEngine, RemoteFailure } from "../errors/remote-error.ts";
import type { OutputPiece, RichOutput } from "./output-piece.ts";

/** Reads an iopub message of a request; `undefined` for those that show nothing (`status`, `execute_input`, comms). */
export function readOutput(message: Message, engine: FailedEngine, method: string): OutputPiece | undefined {
  const { content } = message;
  const type = message.header.msg_type;
  switch (type) {
    case "stream":
      return { kind: "stream", name: content["name"] === "stderr" ? "stderr" : "stdout", text: text(content["text"]) };
    case "display_data":
    case "update_display_data": {
      const isUpdate = type === "update_display_data";
      return { kind: "display", isUpdate, displayId: displayId(content["transient"]), ...rich(content) };
    }
    case "execute_result":
      return { kind: "result", executionCount: Number(content["execution_count"]), ...rich(content) };
    case "error":
      return { kind: "error", failure: readFailure(content, engine, method) };
    case "clear_output":
      return { kind: "clear", wait: content["wait"] === true };
    default:
      return undefined;
  }
}

/** Reads the error fields of a reply or of an iopub `error` (wire protocol §2.4). */
export function readFailure(content: JsonObject, engine: FailedEngine | undefined, method: string): RemoteFailure {
  const traceback = Array.isArray(content["traceback"]) ? content["traceback"].map(text) : [];
  const failure = { ename: text(content["ename"]), evalue: text(content["evalue"]), traceback, method };
  return engine ? { ...failure, engine } : failure;
}

function rich(content: JsonObject): RichOutput {
  return { data: object(content["data"]), metadata: object(content["metadata"]) };
}

function displayId(transient: JsonValue | undefined): string | undefined {
  const id = object(transient)["display_id"];
  return typeof id === "string" ? id : undefined;
}

const object = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {});
const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
