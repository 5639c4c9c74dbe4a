import { ExtBuffer } from "msgpack-lite/lib/ext-buffer.js";
import { CanningError } from "../canning-error.ts";
import { arrayOfKind, ownBuffer } from "./array-frames.ts";
import { containers, dateOf, extensions, primitiveOf, regexpOf } from "./msgpack-extensions.ts";

/** Builds values from the trees of `MsgpackWriter`, numbering objects in the same order. */
export class MsgpackReader {
  readonly #frames: readonly Buffer[];
  readonly #standIn: (index: number) => object;
  readonly #objects: object[] = [];

  constructor(frames: readonly Buffer[], standIn: (index: number) => object) {
    this.#frames = frames;
    this.#standIn = standIn;
  }

  value(tree: unknown): unknown {
    if (typeof tree !== "object" || tree === null) return tree;
    if (tree instanceof ExtBuffer) return this.#extension(tree);
    if (tree instanceof Map) return this.#record(tree);
    if (Array.isArray(tree)) return this.#sequence(tree);
    throw new CanningError("cannot read a canned value: MessagePack bytes outside an extension.");
  }

  #numbered<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  #record(tree: ReadonlyMap<unknown, unknown>): object {
    const record = this.#numbered<Record<string, unknown>>({});
    for (const [key, value] of tree) record[this.#key(key)] = this.value(value);
    return record;
  }

  /** A key that would set a prototype instead of a property is refused, whoever signed it. */
  #key(tree: unknown): string {
    const key = this.value(tree);
    if (typeof key !== "string" || key === "__proto__")
      throw new CanningError(`cannot read a canned value: ${String(key)} as a key is refused.`);
    return key;
  }

  #sequence(tree: readonly unknown[]): object {
    const [mark] = tree;
    if (mark instanceof ExtBuffer && mark.type === extensions.container) return this.#container(mark.buffer[0], tree);
    const array = this.#numbered<unknown[]>(new Array(tree.length));
    for (const [index, element] of tree.entries()) array[index] = this.value(element);
    return array;
  }

  #container(kind: number | undefined, tree: readonly unknown[]): object {
    switch (kind) {
      case containers.map: {
        const map = this.#numbered(new Map<unknown, unknown>());
        for (let at = 1; at < tree.length; at += 2) map.set(this.value(tree[at]), this.value(tree[at + 1]));
        return map;
      }
      case containers.set: {
        const set = this.#numbered(new Set<unknown>());
        for (const element of tree.slice(1)) set.add(this.value(element));
        return set;
      }
      case containers.list:
        return this.#list(tree);
      case containers.boxed:
        return this.#numbered(Object(this.value(tree[1])) as object);
      default:
        throw new CanningError(`cannot read a canned value: container ${kind} is unknown.`);
    }
  }

  /** An array with holes or properties of its own: length, then keys and values. */
  #list(tree: readonly unknown[]): object {
    const array = this.#numbered<unknown[]>([]);
    array.length = Number(this.value(tree[1]));
    for (let at = 2; at < tree.length; at += 2) Reflect.set(array, this.#key(tree[at]), this.value(tree[at + 1]));
    return array;
  }

  #extension(tree: ExtBuffer): unknown {
    const bytes = Buffer.from(tree.buffer);
    switch (tree.type) {
      case extensions.undefined:
        return undefined;
      case extensions.reference:
        return this.#referenced(bytes.readUInt32BE());
      case extensions.standIn:
        return this.#standIn(bytes.readUInt32BE());
      case extensions.date:
      case extensions.invalidDate:
        return this.#numbered(dateOf(tree));
      case extensions.regexp:
        return this.#numbered(regexpOf(tree));
      case extensions.inlineArray:
        return this.#numbered(arrayOfKind(bytes.readUInt8(), ownBuffer(bytes.subarray(1))));
      case extensions.frameArray:
        return this.#numbered(arrayOfKind(bytes.readUInt8(), ownBuffer(this.#frame(bytes.readUInt32BE(1)))));
      default:
        return primitiveOf(tree);
    }
  }

  #referenced(number: number): object {
    const object = this.#objects[number];
    if (!object) throw new CanningError(`cannot read a canned value: object ${number} is missing.`);
    return object;
  }

  #frame(index: number): Buffer {
    const frame = this.#frames[index];
    if (!frame) throw new CanningError(`cannot read a canned value: array frame ${index} is missing.`);
    return frame;
  }
}
