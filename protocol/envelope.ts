import { isJsonObject, type JsonObject, parseJson } from "./json.ts";
import type { Signer } from "./signature.ts";

/** Every frame before this one is routing, or the topic of a published message. */
export const delimiter = Buffer.from("<IDS|MSG>");
export const emptyDict = Buffer.from("{}");

/** Header of a message (Jupyter messaging 5.4, "General message format"); further keys are relayed untouched. */
export interface Header extends JsonObject {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  /** ISO-8601 UTC with microseconds. */
  readonly date: string;
  readonly version: string;
}

/**
 * A verified message of which only the header has been parsed: all that a relay needs.
 *
 *     [ident, ...] "<IDS|MSG>" signature header parent_header metadata content [buffer, ...]
 */
export interface Envelope {
  readonly idents: readonly Buffer[];
  readonly header: Header;
  readonly parentFrame: Buffer;
  readonly metadataFrame: Buffer;
  readonly contentFrame: Buffer;
  readonly buffers: readonly Buffer[];
  /** Signature, the four dicts and the buffers: the part after the delimiter, as received. */
  readonly body: readonly Buffer[];
  /** Hex HMAC as received. */
  readonly signature: string;
}

/** A message that is cut short, badly signed, replayed or no JSON. Always the sender's fault. */
export class InvalidMessage extends Error {
  override name = "InvalidMessage";
}

/**
 * Checks a message without parsing any of it.
 * @returns where the delimiter is: the signature and the four dicts are the five frames after it
 * @throws {InvalidMessage} naming what is wrong
 */
export function verifyFrames(frames: readonly Buffer[], signer: Signer): number {
  const at = frames.findIndex((frame) => frame.length === delimiter.length && frame.equals(delimiter));
  if (at < 0) throw new InvalidMessage("no <IDS|MSG> delimiter");
  const [signature, header, parent, metadata, content] = frames.slice(at + 1, at + 6);
  if (!signature || !header || !parent || !metadata || !content)
    throw new InvalidMessage(`${frames.length - at - 1} frames after the delimiter, at least 5 needed`);
  if (!signer.verify([header, parent, metadata, content], signature))
    throw new InvalidMessage("the signature does not match: is the connection file the current one?");
  return at;
}

/** @throws {InvalidMessage} naming what is wrong */
export function openEnvelope(frames: readonly Buffer[], signer: Signer): Envelope {
  const at = verifyFrames(frames, signer);
  const body = frames.slice(at + 1);
  const [signature, header, parentFrame, metadataFrame, contentFrame] = body as Five;
  return {
    idents: frames.slice(0, at),
    header: parseHeader(header),
    parentFrame,
    metadataFrame,
    contentFrame,
    buffers: body.slice(5),
    body,
    signature: signature.toString("latin1"),
  };
}

/** The frames whose presence `verifyFrames` has checked. */
type Five = [Buffer, Buffer, Buffer, Buffer, Buffer];

/** @throws {InvalidMessage} when the frame is not a JSON object */
export function parseDict(frame: Buffer, what: string): JsonObject {
  if (frame.length === 2) return {};
  let value: unknown;
  try {
    value = parseJson(frame);
  } catch (cause) {
    throw new InvalidMessage(`${what} is not JSON`, { cause });
  }
  if (!isJsonObject(value)) throw new InvalidMessage(`${what} is not an object`);
  return value;
}

/** @throws {InvalidMessage} when the frame is no header */
export function parseHeader(frame: Buffer): Header {
  const header = parseDict(frame, "header");
  for (const key of ["msg_id", "msg_type", "session"] as const)
    if (typeof header[key] !== "string") throw new InvalidMessage(`header.${key} is not a string`);
  return header as Header;
}

/** The header that a reply answers; `undefined` where a message answers nothing. */
export function parseParent(frame: Buffer): Header | undefined {
  const parent = parseDict(frame, "parent_header");
  return typeof parent["msg_id"] === "string" ? (parent as Header) : undefined;
}
