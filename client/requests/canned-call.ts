import { can } from "../../canning/can.ts";
import { codecOf, seal, unseal } from "../../canning/seal.ts";
import type { Dialect } from "../../protocol/envelope.ts";
import { currentHost } from "../../protocol/host.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Message } from "../../protocol/session.ts";
import type { Signer } from "../../protocol/signature.ts";

/** What an `apply_request` does on an engine. */
export type Operation = "call" | "push" | "pull";

/**
 * The part of an `apply_request` that is the same for all its engines: canned once, its frames shared. The seal stands in
 * the content, which a hub that submits a task again keeps; metadata it does not.
 */
export interface CannedCall {
  readonly buffers: readonly Buffer[];
  readonly content: JsonObject;
}

/**
 * @param value `{ fn, args }` for a call, `{ name: value }` for a push, names for a pull
 * @throws {CanningError} when something in it cannot travel
 */
export function cannedCall(value: unknown, operation: Operation, session: Dialect): CannedCall {
  const variables = currentHost()?.variables;
  const codec = codecOf(session);
  const buffers = can(value, variables ? { codec, variables } : { codec });
  const canning = seal(buffers, session.signer, codec);
  return { buffers, content: operation === "call" ? { canning } : { canning, operation } };
}

/**
 * The value that a reply or a `data_message` carries.
 * @throws {CanningError} when it was tampered with or cannot be decoded
 */
export function cannedValue(message: Pick<Message, "buffers" | "metadata">, signer: Signer): unknown {
  const variables = currentHost()?.variables;
  return unseal(message.buffers, message.metadata, signer, variables ? { variables } : {});
}
