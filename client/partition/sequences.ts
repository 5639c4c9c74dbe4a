import { inspect } from "node:util";

/** What a map goes over. */
export type Sequence<T> = Iterable<T> | ArrayLike<T>;

/** A sequence with its elements at hand. Typed arrays stay typed: their parts travel without a copy. */
export type Column = readonly unknown[] | TypedArray;

export type TypedArray =
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
 * @throws {TypeError} when one of them is no sequence
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

/** @throws {TypeError} for what has no elements */
export function toColumn(sequence: Sequence<unknown>): Column {
  if (Array.isArray(sequence) || isTyped(sequence)) return sequence;
  if (isSequence(sequence)) return Array.from(sequence);
  throw new TypeError(`Cannot share out ${inspect(sequence)}: give an array, a typed array or something iterable.`);
}

export function isSequence(value: unknown): value is Sequence<unknown> {
  if (typeof value === "string") return true;
  return typeof value === "object" && value !== null && (Symbol.iterator in value || "length" in value);
}

export const isTyped = (value: unknown): value is TypedArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

/** A typed array of the same kind with zeros; a Buffer for a Buffer. */
export const emptyLike = (like: TypedArray, length: number): TypedArray =>
  Buffer.isBuffer(like) ? Buffer.alloc(length) : (Reflect.construct(like.constructor, [length]) as TypedArray);
