import { jsonPacker, type Packer } from "./packer.ts";

/** A connection file, or some other agreement, names a packer that this program does not have. */
export class UnknownPacker extends Error {
  override name = "UnknownPacker";
}

/**
 * The packer that a connection file agrees on, by its names in jupyter_client; `orjson` writes JSON.
 * @param where the file's path, for the message
 * @throws {UnknownPacker} for one that this program does not have
 */
export async function openPacker(
  { pack, unpack }: { readonly pack: string; readonly unpack: string },
  where: string,
): Promise<Packer> {
  const names = [pack, unpack].map((name) => (name === "orjson" ? "json" : name));
  if (names.every((name) => name === "json")) return jsonPacker;
  // Loaded when needed: it is an exception, and every engine would pay for it.
  if (names.every((name) => name === "msgpack")) return (await import("./msgpack-packer.ts")).msgpackPacker;
  const odd = pack === unpack ? `"${pack}"` : `"${pack}" and "${unpack}"`;
  throw new UnknownPacker(
    `${where}: messages are packed with ${odd}; supported are "json" (also "orjson") and "msgpack", the same both ways. Start the controller with --Session.packer=json.`,
  );
}
