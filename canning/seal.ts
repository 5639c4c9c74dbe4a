import type { Dialect } from "../protocol/envelope.ts";
import { isJsonObject, type JsonObject } from "../protocol/json.ts";
import type { Signer } from "../protocol/signature.ts";
import { type CodecName, formatVersion, type UncanOptions, uncan } from "./can.ts";
import { CanningError } from "./canning-error.ts";

/**
 * What a signed dict of a message (a request's content, else its metadata) says, under `canning`, of its canned buffers:
 * buffers themselves are not signed.
 * The digest is of the head frame; numbers in array frames are protected by CURVE alone, and decoding runs no code of
 * theirs. Where messages are not signed the digest is empty, and it is CURVE that keeps strangers' bytes from V8; without
 * either, whoever can connect could run code on the engines anyway.
 */
export function seal(buffers: readonly Buffer[], signer: Signer, codec: CodecName = "v8"): JsonObject {
  return { codec, version: formatVersion(codec), digest: signer.sign(buffers.slice(0, 1)) };
}

/** How a session cans: as it packs, for MessagePack is agreed on where peers have other versions of Node. */
export const codecOf = ({ packer }: Pick<Dialect, "packer">): CodecName =>
  packer.name === "msgpack" ? "msgpack" : "v8";

/**
 * The value in the buffers of a message that carries a seal; nothing is decoded before the digest is checked.
 * @param dict of the message that has the seal, its signature verified
 * @throws {CanningError} when the buffers are not those that were sealed, or cannot be read here
 */
export function unseal(
  buffers: readonly Buffer[],
  dict: JsonObject,
  signer: Signer,
  options: Omit<UncanOptions, "codec"> = {},
): unknown {
  const { canning } = dict as { canning?: unknown };
  if (!isJsonObject(canning)) throw new CanningError("cannot read the buffers: the message has no canning.");
  const { codec, version, digest } = canning as Record<string, unknown>;
  if (codec !== "v8" && codec !== "msgpack")
    throw new CanningError(`cannot read the buffers: codec "${String(codec)}" is unknown here.`);
  if (typeof digest !== "string" || !signer.verify(buffers.slice(0, 1), digest))
    throw new CanningError("cannot read the buffers: they are not those that the sender signed.");
  if (typeof version !== "number" || version > formatVersion(codec))
    throw new CanningError(
      `cannot read the buffers: the sender writes version ${String(version)} of "${codec}", this side reads up to ${formatVersion(codec)}. Use one Node.js version, or pack = "msgpack".`,
    );
  return uncan(buffers, { ...options, codec });
}
