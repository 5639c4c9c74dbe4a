import type { Header } from "../../../protocol/envelope.ts";
import type { JsonObject, JsonValue } from "../../../protocol/json.ts";
import type { Message } from "../../../protocol/session.ts";

let counter = 0;

/** A header as an engine or client would write it, one second after the other. */
export function header(type: string, session = "client"): Header {
  counter++;
  const date = new Date(counter * 1000).toISOString().replace("Z", "000Z");
  return { msg_id: `${session}_${counter}`, msg_type: type, username: "user", session, date, version: "5.4" };
}

/** A message of an engine that answers, or belongs to, a request. */
export function answer(
  type: string,
  parent: string,
  { engine = "u0", content = {}, metadata = {} }: { engine?: string; content?: JsonObject; metadata?: JsonObject } = {},
): Message {
  const parentHeader = { ...header("request"), msg_id: parent };
  return { idents: [], header: header(type, engine), parent: parentHeader, metadata, content, buffers: [] };
}

export const okReply = (parent: string, value: JsonValue, output = false, engine = "u0"): Message =>
  answer("apply_reply", parent, {
    engine,
    content: { status: "ok", value },
    metadata: { engine, status: "ok", output },
  });

export const stdout = (parent: string, text: string, engine = "u0"): Message =>
  answer("stream", parent, { engine, content: { name: "stdout", text } });

export const idle = (parent: string, engine = "u0"): Message =>
  answer("status", parent, { engine, content: { execution_state: "idle" } });
