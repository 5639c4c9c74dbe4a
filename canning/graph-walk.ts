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

/** The parts of a container, how they are called in messages, and how a copy is made of them. */
interface Anatomy {
  readonly parts: readonly unknown[];
  step(index: number): Step;
  blank(): object;
  fill(copy: object, parts: readonly unknown[]): void;
}

/** Longer arrays are walked by their keys: they may be sparse, and `new Array(1e9)` must not take seconds. */
const longArray = 100_000;
/** So many holes in a row, and an array counts as sparse. */
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
  /** Containers whose parts are being walked. The copy is there once a part needed it. */
  readonly #open = new Map<object, { readonly anatomy: Anatomy; copy: object | undefined }>();
  readonly #done = new Map<object, object>();

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
    if (Array.isArray(value)) return isFlat(value) ? value : this.#container(value, arrayAnatomy);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return this.#exotic(value);
    return this.#visitor.standIn(value) ?? this.#record(value);
  }

  /** Anything but arrays and what an object literal or `Object.create(null)` makes. */
  #exotic(value: object): object {
    if (ArrayBuffer.isView(value) || types.isDate(value) || types.isRegExp(value)) return value;
    if (types.isMap(value)) return this.#container(value, mapAnatomy);
    if (types.isSet(value)) return this.#container(value, setAnatomy);
    if (types.isArrayBuffer(value)) return this.#arrayBuffer(value);
    const standIn = this.#visitor.standIn(value);
    if (standIn) return standIn;
    const reason = whyNotPlain(value);
    if (reason) this.#visitor.refuse(reason);
    return types.isBoxedPrimitive(value) ? value : this.#record(value);
  }

  #record(value: object): object {
    if (types.isProxy(value)) this.#visitor.refuse("it is a Proxy: send a copy, such as { ...proxy }");
    const keys = Object.keys(value);
    const values = keys.map((key) => Reflect.get(value, key) as unknown);
    if (keys.includes("__proto__")) this.#visitor.refuse('it has a key "__proto__"');
    if (values.every(isPrimitive)) return value;
    return this.#container(value, () => recordAnatomy(keys, values));
  }

  #arrayBuffer(value: ArrayBuffer): object {
    if (value.byteLength > inlineBytes && !this.#done.has(value)) {
      this.#done.set(value, value);
      this.arrayBuffers.push(value);
    }
    return value;
  }

  #container<T extends object>(value: T, anatomyOf: (value: T) => Anatomy): object {
    const done = this.#done.get(value);
    if (done) return done;
    const open = this.#open.get(value);
    if (open) {
      // A cycle: whether this container needs a copy is not known yet, and a copy does no harm.
      open.copy ??= open.anatomy.blank();
      return open.copy;
    }
    const anatomy = anatomyOf(value);
    const mine = { anatomy, copy: undefined as object | undefined };
    this.#open.set(value, mine);
    const walked = this.#parts(anatomy);
    this.#open.delete(value);
    if (walked !== anatomy.parts) mine.copy ??= anatomy.blank();
    if (mine.copy) anatomy.fill(mine.copy, walked);
    const result = mine.copy ?? value;
    this.#done.set(value, result);
    return result;
  }

  /** The walked parts; the very same list where none of them changed. */
  #parts(anatomy: Anatomy): readonly unknown[] {
    const { parts } = anatomy;
    let changed: unknown[] | undefined;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index];
      if (isPrimitive(part)) continue;
      this.path.push(anatomy.step(index));
      const walked = this.walk(part);
      this.path.pop();
      if (walked === part) continue;
      changed ??= [...parts];
      changed[index] = walked;
    }
    return changed ?? parts;
  }
}

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

function arrayAnatomy(array: readonly unknown[]): Anatomy {
  const keys = array.length > longArray ? Object.keys(array) : undefined;
  if (keys) return { ...recordAnatomy(keys, Object.values(array)), blank: () => new Array(array.length) };
  return {
    parts: array,
    step: (index) => index,
    blank: () => new Array(array.length),
    fill: (copy, parts) => {
      // Object.keys: holes stay holes, and named properties (`index` of a match) come along.
      for (const key of Object.keys(array)) Reflect.set(copy, key, key in parts ? Reflect.get(parts, key) : Reflect.get(array, key));
    },
  };
}

function recordAnatomy(keys: readonly string[], values: readonly unknown[]): Anatomy {
  return {
    parts: values,
    step: (index) => keys[index] ?? "",
    blank: () => ({}),
    fill: (copy, parts) => {
      for (const [index, key] of keys.entries()) Reflect.set(copy, key, parts[index]);
    },
  };
}

function mapAnatomy(map: ReadonlyMap<unknown, unknown>): Anatomy {
  const keys = [...map.keys()];
  return {
    parts: [...keys, ...map.values()],
    step: (index) => {
      const key = keys[index - keys.length];
      return typeof key === "string" || typeof key === "number" ? key : index < keys.length ? "(a key)" : "(a value)";
    },
    blank: () => new Map(),
    fill: (copy, parts) => {
      for (const index of keys.keys()) (copy as Map<unknown, unknown>).set(parts[index], parts[keys.length + index]);
    },
  };
}

function setAnatomy(set: ReadonlySet<unknown>): Anatomy {
  return {
    parts: [...set],
    step: () => "(an element)",
    blank: () => new Set(),
    fill: (copy, parts) => {
      for (const part of parts) (copy as Set<unknown>).add(part);
    },
  };
}

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
