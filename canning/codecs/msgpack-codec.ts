import { createCodec, decode, encode } from "msgpack-lite";
import { CanningError } from "../canning-error.ts";
import type { Codec, Payload, PayloadReader } from "./codec.ts";
import { headBytes, readable, readHead, writeHead } from "./head.ts";
import { MsgpackReader } from "./msgpack-reader.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";

/** Maps of the wire become `Map`: a `__proto__` key must not set the prototype of what msgpack-lite builds. */
const options = { codec: createCodec({ usemap: true }) };

/**
 * MessagePack, arrays above 1 KiB outside, for peers that do not read V8's bytes.
 *
 *     frame 0     head (8 bytes, `head.ts`), one MessagePack array of the values
 *     frame 1…    the bytes of each large array in the order of its first occurrence
 *
 * nil, booleans, numbers, strings, arrays and plain objects are MessagePack's own. The rest are extensions (type: bytes):
 *
 *      1 undefined: none               2 -0: none                   3 reference: object number (u32)
 *      4 stand-in: record (u32)        5 BigInt: hexadecimal text   6 RegExp: flags "/" source (UTF-16 LE)
 *      7 small array: kind, bytes      8 array: kind, frame (u32)   9 container: kind (u8), see below
 *     10 string with lone surrogates (UTF-16 LE)                   11 invalid Date: none
 *     -1 Date: MessagePack's timestamp 96
 *
 * An array whose first element is extension 9 is a container: 1 Map (key, value, …), 2 Set (element, …),
 * 3 array with holes or named properties (length, key, value, …), 4 boxed primitive (value). Numbers are big endian.
 *
 * Objects are numbered as their writing begins; an object that occurs again is its number, so cycles and sharing last.
 * Limits: nesting as deep as the stack allows (a few thousand levels), 2³² elements, no key `__proto__`.
 */
export const msgpackCodec: Codec = {
  version: 1,

  encode(payload: Payload): Buffer[] {
    const writer = new MsgpackWriter(payload.standIns);
    const trees = payload.values.map((value) => writer.tree(value));
    return [Buffer.concat([writeHead("msgpack", 0), encode(trees, options)]), ...writer.frames];
  },

  decode(buffers: readonly Buffer[], standIn: (index: number) => object): PayloadReader {
    readHead("msgpack", buffers);
    const [head = Buffer.alloc(0), ...frames] = buffers;
    const trees = readTrees(head.subarray(headBytes));
    const reader = new MsgpackReader(frames, standIn);
    return { read: () => readable(() => reader.value(trees.shift())) };
  },
};

function readTrees(bytes: Buffer): unknown[] {
  const trees = readable(() => decode(bytes, options));
  if (!Array.isArray(trees)) throw new CanningError("cannot read a canned value: its MessagePack bytes are no list.");
  return trees as unknown[];
}
