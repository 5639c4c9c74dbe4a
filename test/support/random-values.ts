import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";

/** Everything that is no container. */
const leaves = fc.oneof(
  fc.anything({ maxDepth: 0, withBigInt: true, withSparseArray: false }),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.double(),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(
    undefined,
    null,
    -0,
    Number.NaN,
    /a\/b\n"/giu,
    /x/dsy,
    Object(1n),
    new Boolean(false),
    new String("é"),
  ),
  fc.webUrl().map((url) => new URL(url)),
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
  fc.int8Array({ maxLength: 1100 }),
  fc.uint8ClampedArray({ maxLength: 200 }),
  fc.int16Array({ maxLength: 200 }),
  fc.uint16Array({ maxLength: 1000 }),
  fc.int32Array({ maxLength: 300 }),
  fc.uint32Array({ maxLength: 300 }),
  fc.float32Array({ maxLength: 300 }),
  fc.float64Array({ maxLength: 200 }),
  fc.bigInt64Array({ maxLength: 200 }),
  fc.bigUint64Array({ maxLength: 200 }),
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => new DataView(bytes.slice().buffer)),
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => bytes.slice().buffer),
);

const errorClasses = [Error, RangeError, TypeError, SyntaxError, ReferenceError, EvalError, URIError];

/** Values that engines and clients send one another as they are, in every arrangement of containers. */
export const randomValues = fc.letrec((tie) => ({
  leaf: leaves,
  list: fc.array(tie("value"), { maxLength: 5 }),
  sparse: fc.sparseArray(tie("value"), { maxLength: 20, maxNumElements: 4 }),
  record: fc.dictionary(
    fc.string({ unit: "binary" }).filter((key) => key !== "__proto__"),
    tie("value"),
    { maxKeys: 5, noNullPrototype: true },
  ),
  map: fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 4 }).map((entries) => new Map(entries)),
  set: fc.array(tie("value"), { maxLength: 4 }).map((elements) => new Set(elements)),
  error: fc
    .tuple(fc.constantFrom(...errorClasses), fc.string(), tie("value"))
    .map(([Class, message, cause]) => Object.assign(new Class(message, { cause }), { code: message.length })),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("leaf"),
    tie("list"),
    tie("sparse"),
    tie("record"),
    tie("map"),
    tie("set"),
    tie("error"),
  ),
})).value;

/** The same with further links between their containers: parts are shared, and there are cycles. */
export const randomGraphs = fc
  .tuple(randomValues, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 6 }))
  .map(([value, links]) => {
    const containers = [...parts(value)];
    for (const [from, to] of links) link(containers[from % containers.length], containers[to % containers.length]);
    return value;
  });

/** Where two graphs of values differ: in a value, or in what is one object and what are two. */
export const difference = (one: unknown, other: unknown): string | undefined =>
  new Comparison().compare(one, other, "value");

class Comparison {
  readonly #partners = new Map<object, object>();
  readonly #taken = new Set<object>();

  compare(one: unknown, other: unknown, path: string): string | undefined {
    if (!isContainer(one) || !isContainer(other)) return isSameLeaf(one, other) ? undefined : path;
    if (this.#partners.has(one) || this.#taken.has(other))
      return this.#partners.get(one) === other ? undefined : `${path} (identity)`;
    this.#partners.set(one, other);
    this.#taken.add(other);
    if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return `${path} (class)`;
    return this.#compareEntries(entriesOf(one), entriesOf(other), path);
  }

  #compareEntries(mine: readonly Entry[], theirs: readonly Entry[], path: string): string | undefined {
    if (mine.length !== theirs.length) return `${path} (size)`;
    for (const [index, [key, part]] of mine.entries()) {
      const [otherKey, otherPart] = theirs[index] ?? [];
      const found =
        this.compare(key, otherKey, `${path}, key ${index}`) ?? this.compare(part, otherPart, `${path}.${index}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function isSameLeaf(one: unknown, other: unknown): boolean {
  if (one instanceof URL) return other instanceof URL && one.href === other.href;
  // An invalid date is not deeply equal to itself.
  if (one instanceof Date) return other instanceof Date && Object.is(one.getTime(), other.getTime());
  return isDeepStrictEqual(one, other);
}

/** All containers in a value, each once. */
function parts(value: unknown, found = new Set<object>()): Set<object> {
  if (!isContainer(value) || found.has(value)) return found;
  found.add(value);
  for (const entry of entriesOf(value)) for (const part of entry) parts(part, found);
  return found;
}

function isContainer(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value) || value instanceof Map || value instanceof Set || value instanceof Error) return true;
  return Object.getPrototypeOf(value) === Object.prototype;
}

type Entry = readonly [key: unknown, part: unknown];

/** Hidden properties of errors included, holes of arrays left out. */
function entriesOf(container: object): Entry[] {
  if (container instanceof Map) return [...container];
  if (container instanceof Set) return [...container].map((element) => [undefined, element]);
  const entries = Object.getOwnPropertyNames(container).map((key): Entry => [key, Reflect.get(container, key)]);
  // Errors arrive with the same properties, but not in the same order.
  return container instanceof Error ? entries.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)) : entries;
}

function link(from: object | undefined, to: object | undefined): void {
  if (!from || !to) return;
  if (Array.isArray(from)) from.push(to);
  else if (from instanceof Map) from.set(from.size, to);
  else if (from instanceof Set) from.add(to);
  else Reflect.set(from, "link", to);
}
