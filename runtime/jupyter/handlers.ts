import type { JsonObject } from "../../protocol/json.ts";
import type { Message } from "../../protocol/session.ts";
import type { ServedRequest } from "./served-request.ts";

/** What answers a request. `content.status` is `ok` unless it says otherwise. */
export interface Reply {
  readonly content: JsonObject;
  readonly metadata?: JsonObject;
  readonly buffers?: readonly Buffer[];
}

/** Serves one type of shell messages, one message at a time; without a reply nothing is answered (comm messages). */
export type ShellHandler = (request: ServedRequest) => Reply | undefined | Promise<Reply | undefined>;

/** By `msg_type`. */
export type ShellHandlers = Readonly<Record<string, ShellHandler>>;

/** Serves one type of control messages, at once, between and beside shell requests. */
export type ControlHandler = (message: Message) => Reply | Promise<Reply>;
export type ControlHandlers = Readonly<Record<string, ControlHandler>>;

export const replyType = (requestType: string): string => requestType.replace(/_request$/, "_reply");
