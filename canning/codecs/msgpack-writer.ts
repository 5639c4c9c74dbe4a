import { types } from "node:util";
import { ExtBuffer } from "msgpack-lite/lib/ext-buffer.js";
import { CanningError } from "../canning-error.ts";
import { arrayBufferKind, bytesOf, inlineBytes, kindOfView } from "./array-frames.ts";
import type { Payload } from "./codec.ts";
import {
  bigintExtension,
  containerMark,
  dateExtension,
  extensions,
  indexExtension,
  negativeZeroExtension,
  regexpExtension,
  textExtension,
  undefinedExtension,
} from "./msgpack-extensions.ts";

/**
 * Turns values into trees of what MessagePack knows: nil, booleans, numbers, strings, arrays, maps and extensions.
 * Objects are numbered in the order in which their writing begins; a second occurrence is a reference to that number.
 */
export class MsgpackWriter {
  readonly frames: Buffer[] = [];
  readonly #standIns: Payload["standIns"];
  readonly #numbers = new Map<object, number>();

  constructor(standIns: Payload["standIns"]) {
    this.#standIns = standIns;
  }

  tree(value: unknown): unknown {
    switch (typeof value) {
      case "string":
        return textExtension(value);
      case "number":
        return Object.is(value, -0) ? negativeZeroExtension : value;
      case "undefined":
        return undefinedExtension;
      case "bigint":
        return bigintExtension(value);
      case "object":
        return value === null ? null : this.#object(value);
      case "boolean":
        return value;
      case "symbol":
      case "function":
        throw new CanningError(`cannot send ${String(value)}: it is no plain value.`);
    }
  }

  #object(value: object): unknown {
    const record = this.#standIns.get(value);
    if (record !== undefined) return indexExtension(extensions.standIn, record);
    const number = this.#numbers.get(value);
    if (number !== undefined) return indexExtension(extensions.reference, number);
    this.#numbers.set(value, this.#numbers.size);
    if (Array.isArray(value)) return this.#array(value);
    return this.#special(value) ?? this.#map(value);
  }

  /** What is neither array nor plain object; `undefined` for class instances, which travel as plain objects. */
  #special(value: object): unknown {
    if (ArrayBuffer.isView(value)) return this.#bytes(kindOfView(value), bytesOf(value));
    if (types.isMap(value)) return [containerMark("map"), ...this.#all([...value].flat())];
    if (types.isSet(value)) return [containerMark("set"), ...this.#all([...value])];
    if (types.isDate(value)) return dateExtension(value);
    if (types.isRegExp(value)) return regexpExtension(value);
    if (types.isArrayBuffer(value)) return this.#bytes(arrayBufferKind, Buffer.from(value));
    if (types.isBoxedPrimitive(value)) return [containerMark("boxed"), this.tree(value.valueOf())];
    return undefined;
  }

  #array(value: readonly unknown[]): unknown[] {
    const keys = Object.keys(value);
    // Indices come first and in order: where the last one has its place, there are no holes.
    if (keys.length === value.length && (keys.length === 0 || keys.at(-1) === String(keys.length - 1)))
      return value.map((element) => this.tree(element));
    const entries = keys.flatMap((key) => [textExtension(key), this.tree(Reflect.get(value, key))]);
    return [containerMark("list"), value.length, ...entries];
  }

  #map(value: object): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>();
    for (const key of Object.keys(value)) {
      if (key === "__proto__") throw new CanningError('cannot send an object with the key "__proto__".');
      map.set(textExtension(key), this.tree(Reflect.get(value, key)));
    }
    return map;
  }

  #all(values: readonly unknown[]): unknown[] {
    return values.map((value) => this.tree(value));
  }

  #bytes(kind: number, bytes: Buffer): ExtBuffer {
    if (bytes.length <= inlineBytes)
      return new ExtBuffer(Buffer.concat([Buffer.of(kind), bytes]), extensions.inlineArray);
    const place = Buffer.alloc(5);
    place[0] = kind;
    place.writeUInt32BE(this.frames.push(bytes) - 1, 1);
    return new ExtBuffer(place, extensions.frameArray);
  }
}
