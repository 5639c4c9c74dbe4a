import { types } from "node:util";
import type { Step } from "./canning-error.ts";
import { inlineBytes } from "./codecs/array-frames.ts";

/** Whom the walk asks about what codecs cannot write. */
export interface Visitor {
  /** What stands for an object or function that is no plain value; `undefined` where it is one. */
  standIn(value: object): object | undefined;
  /** @throws always, naming the place where the walk is */
  refuse(reason: string): never;
}

/** How containers of one kind are taken apart, and copies put together. */
interface Anatomy<T extends object> {
  parts(container: T, keys: readonly string[]): readonly unknown[];
  /** What a part is called in messages. */
  step(index: number, keys: readonly string[], container: T): Step;
  blank(container: T): T;
  fill(copy: T, parts: readonly unknown[], keys: readonly string[]): void;
}

/** A container that was met. */
interface Met {
  /** What to write instead of it; `undefined` while its parts are being walked. */
  result: object | undefined;
  /** Made as soon as a part needs it. */
  copy: object | undefined;
}

/** After so many holes in a row an array counts as sparse: `new Array(1e9)` must not take seconds. */
const manyHoles = 1000;

/**
 * Replaces in a graph of values what is no plain value by stand-ins. What holds no stand-in is returned as it is; what
 * holds one is copied, sharing and cycles kept. Own enumerable string keys count, as in structured cloning.
 */
export class GraphWalk {
  /** Those above 1 KiB: they become frames of their own. */
  readonly arrayBuffers: ArrayBuffer[] = [];
  /** From where the walk began to where it is. */
  path: Step[] = [];
  readonly #visitor: Visitor;
  readonly #met = new Map<object, Met>();

  constructor(visitor: Visitor) {
    this.#visitor = visitor;
  }

  walk(value: unknown): unknown {
    switch (typeof value) {
      case "object":
        return value === null ? null : this.#object(value);
      case "function":
        return this.#visitor.standIn(value);
      case "symbol":
        return this.#visitor.refuse("a symbol means nothing in another process");
      default:
        return value;
    }
  }

  #object(value: object): object {
    if (Array.isArray(value)) return isFlat(value) ? value : this.#array(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return this.#exotic(value);
    return this.#visitor.standIn(value) ?? this.#record(value);
  }

  /** Anything but arrays and what an object literal or `Object.create(null)` makes. */
  #exotic(value: object): object {
    if (ArrayBuffer.isView(value) || types.isDate(value) || types.isRegExp(value)) return value;
    if (types.isMap(value)) return this.#container(value, mapAnatomy, none);
    if (types.isSet(value)) return this.#container(value, setAnatomy, none);
    if (types.isArrayBuffer(value)) return this.#arrayBuffer(value);
    const standIn = this.#visitor.standIn(value);
    if (standIn) return standIn;
    const reason = whyNotPlain(value);
    if (reason) this.#visitor.refuse(reason);
    return types.isBoxedPrimitive(value) ? value : this.#record(value);
  }

  #array(value: unknown[]): object {
    const keys = Object.keys(value);
    // Indices come first and in order: where the last one has its place, there are no holes.
    const isPlain = keys.length === value.length && (keys.length === 0 || keys.at(-1) === String(keys.length - 1));
    return isPlain ? this.#container(value, arrayAnatomy, none) : this.#container<object>(value, recordAnatomy, keys);
  }

  #record(value: object): object {
    if (types.isProxy(value)) this.#visitor.refuse("it is a Proxy: send a copy, such as { ...proxy }");
    const keys = Object.keys(value);
    let isFlat = true;
    for (const key of keys) {
      if (key === "__proto__") this.#visitor.refuse('it has a key "__proto__"');
      if (!isPrimitive((value as Readonly<Record<string, unknown>>)[key])) isFlat = false;
    }
    return isFlat ? value : this.#container(value, recordAnatomy, keys);
  }

  #arrayBuffer(value: ArrayBuffer): object {
    if (value.byteLength > inlineBytes && !this.#met.has(value)) {
      this.#met.set(value, { result: value, copy: undefined });
      this.arrayBuffers.push(value);
    }
    return value;
  }

  #container<T extends object>(value: T, anatomy: Anatomy<T>, keys: readonly string[]): object {
    const met = this.#met.get(value);
    if (met) {
      // A cycle, where it has no result: whether a copy is needed is not known yet, and one does no harm.
      if (!met.result) met.copy ??= anatomy.blank(value);
      return met.result ?? met.copy ?? value;
    }
    const mine: Met = { result: undefined, copy: undefined };
    this.#met.set(value, mine);
    const parts = anatomy.parts(value, keys);
    const walked = this.#parts(parts, (index) => anatomy.step(index, keys, value));
    if (walked !== parts) mine.copy ??= anatomy.blank(value);
    if (mine.copy) anatomy.fill(mine.copy as T, walked, keys);
    mine.result = mine.copy ?? value;
    return mine.result;
  }

  /** The walked parts; the very same list where none of them changed. */
  #parts(parts: readonly unknown[], step: (index: number) => Step): readonly unknown[] {
    let changed: unknown[] | undefined;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index];
      if (isPrimitive(part)) continue;
      this.path.push(step(index));
      const walked = this.walk(part);
      this.path.pop();
      if (walked === part) continue;
      changed ??= [...parts];
      changed[index] = walked;
    }
    return changed ?? parts;
  }
}

const none: readonly string[] = [];

const isPrimitive = (value: unknown): boolean =>
  value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol");

/** Whether an array holds primitives only. */
function isFlat(array: readonly unknown[]): boolean {
  let holes = 0;
  for (let index = 0; index < array.length; index++) {
    const element = array[index];
    if (element !== undefined) {
      if (!isPrimitive(element)) return false;
      holes = 0;
    } else if (++holes > manyHoles && !(index in array)) return Object.values(array).every(isPrimitive);
  }
  return true;
}

/** Objects, and arrays that are walked by their keys because they have holes or named properties. */
const recordAnatomy: Anatomy<object> = {
  parts: (record, keys) => keys.map((key) => (record as Readonly<Record<string, unknown>>)[key]),
  step: (index, keys) => keys[index] ?? "",
  blank: (record) => (Array.isArray(record) ? new Array(record.length) : {}),
  fill: (copy, parts, keys) => {
    for (const [index, key] of keys.entries()) Reflect.set(copy, key, parts[index]);
  },
};

/** Arrays that have nothing but elements. */
const arrayAnatomy: Anatomy<unknown[]> = {
  parts: (array) => array,
  step: (index) => index,
  blank: () => [],
  fill: (copy, parts) => {
    for (const part of parts) copy.push(part);
  },
};

const mapAnatomy: Anatomy<Map<unknown, unknown>> = {
  parts: (map) => [...map.keys(), ...map.values()],
  step: (index, _, map) => {
    if (index < map.size) return "(a key)";
    const key = [...map.keys()][index - map.size];
    return typeof key === "string" || typeof key === "number" ? key : "(a value)";
  },
  blank: () => new Map(),
  fill: (copy, parts) => {
    const size = parts.length / 2;
    for (let index = 0; index < size; index++) copy.set(parts[index], parts[size + index]);
  },
};

const setAnatomy: Anatomy<Set<unknown>> = {
  parts: (set) => [...set],
  step: () => "(an element)",
  blank: () => new Set(),
  fill: (copy, parts) => {
    for (const part of parts) copy.add(part);
  },
};

/** Why an object of a class is not its enumerable properties; `undefined` where it is. */
function whyNotPlain(value: object): string | undefined {
  if (types.isPromise(value)) return "it is a Promise: await it and send what it gives";
  if (types.isProxy(value)) return "it is a Proxy: send a copy, such as { ...proxy }";
  if (types.isWeakMap(value) || types.isWeakSet(value) || value instanceof WeakRef)
    return "what it holds cannot be listed: use a Map or a Set";
  if (types.isGeneratorObject(value)) return "a running generator cannot leave its process: send an array";
  if (types.isSharedArrayBuffer(value)) return "shared memory cannot leave its process: send a copy of its bytes";
  if (types.isModuleNamespaceObject(value)) return "it is a module that engines cannot import by name";
  if (types.isSymbolObject(value) || types.isExternal(value)) return "it means nothing in another process";
  return undefined;
}
