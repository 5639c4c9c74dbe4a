/** What a map goes over. */
export type Sequence<T> = Iterable<T> | ArrayLike<T>;

/** A sequence with its elements at hand. Typed arrays stay typed: their parts travel without a copy. */
export type Column = readonly unknown[] | TypedArray;

type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/**
 * The sequences of a map, side by side.
 * @throws {RangeError} when their lengths differ, or there is none
 */
export function columnsOf(sequences: readonly Sequence<unknown>[]): readonly Column[] {
  const columns = sequences.map(toColumn);
  const lengths = new Set(columns.map(({ length }) => length));
  if (columns.length === 0) throw new RangeError("A map needs at least one sequence.");
  if (lengths.size > 1) throw new RangeError(`The sequences of a map differ in length: ${[...lengths].join(", ")}.`);
  return columns;
}

/** Elements `from` to `to`, the last one left out, of each column. */
export const rows = (columns: readonly Column[], from: number, to: number): readonly Column[] =>
  columns.map((column) => part(column, from, to));

/** Elements `from` to `to`, the last one left out. Of a typed array it is a view, not a copy. */
export function part(column: Column, from: number, to: number): Column {
  return isTyped(column) ? column.subarray(from, to) : column.slice(from, to);
}

/**
 * Where blocks begin that share `length` elements evenly, and where the last one ends: of 16 elements for 3, 0, 6, 11, 16.
 */
export function blockBounds(length: number, blocks: number): readonly number[] {
  return Array.from(
    { length: blocks + 1 },
    (_, block) => Math.floor(length / blocks) * block + Math.min(block, length % blocks),
  );
}

export const toColumn = (sequence: Sequence<unknown>): Column =>
  Array.isArray(sequence) || isTyped(sequence) ? sequence : Array.from(sequence);

const isTyped = (value: unknown): value is TypedArray => ArrayBuffer.isView(value) && !(value instanceof DataView);

/** Parts put together again: typed arrays of one kind give one of that kind, anything else an array. */
export function joinParts(parts: readonly unknown[]): Column {
  const [first] = parts;
  if (!isTyped(first) || !parts.every((one) => isTyped(one) && one.constructor === first.constructor))
    return parts.flatMap((one) => (Array.isArray(one) || isTyped(one) ? Array.from<unknown>(one) : [one]));
  const typed = parts.filter(isTyped);
  const lengths = typed.map(({ length }) => length);
  const whole = Reflect.construct(first.constructor, [lengths.reduce((a, b) => a + b, 0)]) as Float64Array;
  let at = 0;
  for (const one of typed) {
    whole.set(one as Float64Array, at);
    at += one.length;
  }
  return whole;
}
