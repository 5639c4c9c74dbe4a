import { createCodec, decode, encode } from "msgpack-lite";
import type { JsonObject } from "./json.ts";
import { deepestNesting, type Packer } from "./packer.ts";

/** Maps of the wire become `Map`: a `__proto__` key must not set the prototype of what msgpack-lite builds. */
const options = { codec: createCodec({ usemap: true }) };

/**
 * MessagePack as jupyter_client's `msgpack` packer writes and reads it (`msgpack.packb`, `msgpack.unpackb`): strings as
 * str, keys only strings. Values are those of JSON: what JSON leaves out or writes as null is left out or nil here too.
 * Bytes, which a Python peer may put into a dict, are read as base64 text, as its JSON packer would have sent them.
 */
export const msgpackPacker: Packer = {
  name: "msgpack",
  encode: (dict) => encode(tree(dict), options),
  decode: (frame) => value(decode(frame, options), deepestNesting),
};

function tree(item: unknown): unknown {
  switch (typeof item) {
    case "number":
      return Number.isFinite(item) ? item : null;
    case "object":
      if (item === null) return null;
      if (Array.isArray(item)) return item.map(tree);
      return "toJSON" in item && typeof item.toJSON === "function" ? tree(item.toJSON()) : map(item);
    case "string":
    case "boolean":
      return item;
    default:
      return null;
  }
}

function map(item: object): Map<string, unknown> {
  const entries = Object.entries(item).filter(([, each]) => each !== undefined && typeof each !== "function");
  return new Map(entries.map(([key, each]) => [key, tree(each)]));
}

/** @param levels of nesting that may follow */
function value(item: unknown, levels: number): unknown {
  if (typeof item !== "object" || item === null) return item;
  if (levels === 0) throw new RangeError(`more than ${deepestNesting} levels of nesting`);
  if (Array.isArray(item)) return item.map((each) => value(each, levels - 1));
  if (item instanceof Map) return record(item, levels);
  if (item instanceof Uint8Array) return Buffer.from(item).toString("base64");
  throw new TypeError("an extension type: none is agreed on");
}

function record(item: ReadonlyMap<unknown, unknown>, levels: number): JsonObject {
  const entries = [...item].map(([key, each]): [string, unknown] => [text(key), value(each, levels - 1)]);
  return Object.fromEntries(entries) as JsonObject;
}

/** `Object.fromEntries` would make it a harmless property, but whoever copies that would not. */
function text(key: unknown): string {
  if ((typeof key === "string" && key !== "__proto__") || typeof key === "number") return String(key);
  throw new TypeError(`${key === "__proto__" ? "__proto__" : typeof key} as a key`);
}
