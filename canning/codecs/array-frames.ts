import { CanningError } from "../canning-error.ts";

/** Up to this many bytes an array travels inside the head frame: a frame of its own would cost more than the copy. */
export const inlineBytes = 1024;

/** Index in this list = kind on the wire: append only. */
const kinds = [
  "Buffer",
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "Float16Array",
  "ArrayBuffer",
] as const;

type ArrayClass = { new (buffer: ArrayBuffer): object };

/** Kind of a plain ArrayBuffer, for codecs that write it as they write views. */
export const arrayBufferKind = kinds.indexOf("ArrayBuffer");

/** The tag of the built-in class below any subclass of the user's. */
const typedArrayTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
  ?.get as (this: ArrayBufferView) => string | undefined;

/** Kind of a typed array, DataView or Buffer, as written on the wire. */
export function kindOfView(view: ArrayBufferView): number {
  if (Buffer.isBuffer(view)) return 0;
  const kind = kinds.indexOf((typedArrayTag.call(view) ?? "DataView") as (typeof kinds)[number]);
  if (kind < 0) throw new CanningError(`cannot send a ${typedArrayTag.call(view)}: convert it to a Float32Array.`);
  return kind;
}

/** The bytes of a view without a copy, save for shared memory, which others may change while it is sent. */
export function bytesOf(view: ArrayBufferView): Buffer {
  const { buffer, byteOffset, byteLength } = view;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return buffer instanceof ArrayBuffer ? bytes : Buffer.from(bytes);
}

/**
 * A received frame as an ArrayBuffer of the receiver's own. No copy where the frame fills its ArrayBuffer, as frames
 * above 128 bytes do that zeromq.js receives; a part of a larger one is copied, for its neighbours belong to others
 * and its offset may be no multiple of the element size.
 */
export function ownBuffer(frame: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = frame;
  if (byteOffset === 0 && buffer.byteLength === byteLength && buffer instanceof ArrayBuffer) return buffer;
  const copy = new ArrayBuffer(byteLength);
  new Uint8Array(copy).set(frame);
  return copy;
}

/** @throws {CanningError} when this process lacks the kind (Float16Array before Node 24) or the size does not fit */
export function arrayOfKind(kind: number, buffer: ArrayBuffer): object {
  const name = kinds[kind];
  if (name === "ArrayBuffer") return buffer;
  if (name === "Buffer") return Buffer.from(buffer);
  const arrayClass = name && (Reflect.get(globalThis, name) as ArrayClass | undefined);
  if (!arrayClass) throw new CanningError(`cannot read an array of kind ${name ?? kind}: this Node.js has none.`);
  return new arrayClass(buffer);
}
