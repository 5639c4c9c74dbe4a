import { isJsonObject, type JsonObject } from "./json.ts";
import type { Packer } from "./packer.ts";
import type { Signer } from "./signature.ts";

/** Every frame before this one is routing, or the topic of a published message. */
export const delimiter = Buffer.from("<IDS|MSG>");

/** How the messages of one cluster are signed and packed; a session is one. */
export interface Dialect {
  readonly signer: Signer;
  readonly packer: Packer;
}

/**
 * Most that is read of a message, in bytes where not said otherwise; content and buffers are as long as they are. A
 * header holds names and an id, metadata the program of a cell or the ids that a task waits for.
 */
export const limits = {
  /** Number of frames before the delimiter. */
  idents: 16,
  /** An address has 255 at most (ZeroMQ, RFC 28), a topic may be longer. */
  ident: 1024,
  header: 1 << 20,
  metadata: 16 << 20,
} as const;

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

/** A message that is cut short, too long, badly signed, replayed or damaged. Always the sender's fault. */
export class InvalidMessage extends Error {
  override name = "InvalidMessage";
}

/** A sound message that came before. */
export class ReplayedMessage extends InvalidMessage {}

/**
 * Checks a message without parsing any of it.
 * @returns where the delimiter is: the signature and the four dicts are the five frames after it
 * @throws {InvalidMessage} naming what is wrong
 */
export function verifyFrames(frames: readonly Buffer[], signer: Signer): number {
  const at = findDelimiter(frames);
  const [signature, header, parent, metadata, content] = frames.slice(at + 1, at + 6);
  if (!signature || !header || !parent || !metadata || !content)
    throw new InvalidMessage(`${frames.length - at - 1} frames after the delimiter, at least 5 needed`);
  const excess = findExcess(header, parent, metadata);
  if (excess !== undefined) throw new InvalidMessage(excess);
  if (!signer.verify([header, parent, metadata, content], signature))
    throw new InvalidMessage("the signature does not match: is the connection file the current one?");
  return at;
}

/** @throws {InvalidMessage} naming what is wrong */
export function openEnvelope(frames: readonly Buffer[], dialect: Dialect): Envelope {
  const at = verifyFrames(frames, dialect.signer);
  const body = frames.slice(at + 1);
  const [signature, header, parentFrame, metadataFrame, contentFrame] = body as Five;
  return {
    idents: frames.slice(0, at),
    header: parseHeader(header, dialect.packer),
    parentFrame,
    metadataFrame,
    contentFrame,
    buffers: body.slice(5),
    body,
    signature: signature.toString("latin1"),
  };
}

/** Which of a message's dicts is longer than it may be; `undefined` for none. */
export function findExcess(header: Buffer, parent: Buffer, metadata: Buffer): string | undefined {
  if (header.length > limits.header) return excess("header", header, limits.header);
  if (parent.length > limits.header) return excess("parent_header", parent, limits.header);
  if (metadata.length > limits.metadata) return excess("metadata", metadata, limits.metadata);
  return undefined;
}

const excess = (what: string, { length }: Buffer, limit: number): string =>
  `${what} has ${length} bytes, at most ${limit} are read`;

/** The frames whose presence `verifyFrames` has checked. */
type Five = [Buffer, Buffer, Buffer, Buffer, Buffer];

function findDelimiter(frames: readonly Buffer[]): number {
  for (const [at, frame] of frames.entries()) {
    if (frame.length === delimiter.length && frame.equals(delimiter)) return at;
    if (at === limits.idents) break;
    if (frame.length > limits.ident)
      throw new InvalidMessage(`frame ${at}, an address, has ${frame.length} bytes, at most ${limits.ident} are read`);
  }
  throw new InvalidMessage("no <IDS|MSG> delimiter");
}

/** @throws {InvalidMessage} when the frame is not a packed object */
export function parseDict(frame: Buffer, what: string, packer: Packer): JsonObject {
  let value: unknown;
  try {
    value = packer.decode(frame);
  } catch (cause) {
    throw new InvalidMessage(`${what} is not ${packerTitles[packer.name]}`, { cause });
  }
  if (!isJsonObject(value)) throw new InvalidMessage(`${what} is not an object`);
  return value;
}

const packerTitles = { json: "JSON", msgpack: "MessagePack" } as const;

/** @throws {InvalidMessage} when the frame is no header */
export function parseHeader(frame: Buffer, packer: Packer): Header {
  const header = parseDict(frame, "header", packer);
  for (const key of ["msg_id", "msg_type", "session"] as const)
    if (typeof header[key] !== "string") throw new InvalidMessage(`header.${key} is not a string`);
  return header as Header;
}

/** The header that a reply answers; `undefined` where a message answers nothing. */
export function parseParent(frame: Buffer, packer: Packer): Header | undefined {
  const parent = parseDict(frame, "parent_header", packer);
  return typeof parent["msg_id"] === "string" ? (parent as Header) : undefined;
}
