import { ExtBuffer } from "msgpack-lite/lib/ext-buffer.js";
import { CanningError } from "../canning-error.ts";

/** Extension types, by what they carry. Append only; `date` is MessagePack's own timestamp (-1). */
export const extensions = {
  undefined: 1,
  negativeZero: 2,
  reference: 3,
  standIn: 4,
  bigint: 5,
  regexp: 6,
  inlineArray: 7,
  frameArray: 8,
  container: 9,
  utf16: 10,
  invalidDate: 11,
  date: 255,
} as const;

/** First element of an array that is really a container, as one byte of a `container` extension. */
export const containers = { map: 1, set: 2, list: 3, boxed: 4 } as const;

const none = Buffer.alloc(0);

export const undefinedExtension = new ExtBuffer(none, extensions.undefined);
export const negativeZeroExtension = new ExtBuffer(none, extensions.negativeZero);

const marks = Object.fromEntries(
  Object.entries(containers).map(([name, mark]) => [name, new ExtBuffer(Buffer.of(mark), extensions.container)]),
);

export const containerMark = (name: keyof typeof containers): ExtBuffer | undefined => marks[name];

export function indexExtension(type: number, index: number): ExtBuffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(index);
  return new ExtBuffer(bytes, type);
}

/** MessagePack's 96-bit timestamp: nanoseconds (u32), seconds since 1970 (i64). */
export function dateExtension(date: Date): ExtBuffer {
  const time = date.getTime();
  if (Number.isNaN(time)) return new ExtBuffer(none, extensions.invalidDate);
  const seconds = Math.floor(time / 1000);
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE((time - seconds * 1000) * 1e6);
  bytes.writeBigInt64BE(BigInt(seconds), 4);
  return new ExtBuffer(bytes, extensions.date);
}

/** A string as it is, or, where it has lone surrogates that UTF-8 cannot hold, as its UTF-16 code units. */
export function textExtension(text: string): string | ExtBuffer {
  return /\p{Surrogate}/u.test(text) ? new ExtBuffer(Buffer.from(text, "utf16le"), extensions.utf16) : text;
}

export const bigintExtension = (value: bigint): ExtBuffer =>
  new ExtBuffer(Buffer.from(value.toString(16)), extensions.bigint);

/** Flags have no slash, so the first one ends them. */
export const regexpExtension = (value: RegExp): ExtBuffer =>
  new ExtBuffer(Buffer.from(`${value.flags}/${value.source}`, "utf16le"), extensions.regexp);

/** A value without identity. */
export function primitiveOf(extension: ExtBuffer): string | number | bigint {
  const bytes = Buffer.from(extension.buffer);
  switch (extension.type) {
    case extensions.negativeZero:
      return -0;
    case extensions.bigint: {
      const text = bytes.toString("latin1");
      return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
    }
    case extensions.utf16:
      return bytes.toString("utf16le");
    default:
      throw new CanningError(`cannot read a canned value: MessagePack extension ${extension.type} is unknown.`);
  }
}

export function dateOf(extension: ExtBuffer): Date {
  const bytes = Buffer.from(extension.buffer);
  if (extension.type === extensions.invalidDate) return new Date(Number.NaN);
  return new Date(Number(bytes.readBigInt64BE(4)) * 1000 + bytes.readUInt32BE(0) / 1e6);
}

export function regexpOf(extension: ExtBuffer): RegExp {
  const text = Buffer.from(extension.buffer).toString("utf16le");
  const slash = text.indexOf("/");
  return new RegExp(text.slice(slash + 1), text.slice(0, slash));
}
