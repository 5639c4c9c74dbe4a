import { inspect } from "node:util";
import type { Assembly } from "../sending/submit-direct.ts";
import { type Column, emptyLike, isTyped, part } from "./sequences.ts";

/**
 * How elements are shared out. `block`: neighbours stay together, `[0, 1] [2, 3]`. `roundRobin`: dealt like cards,
 * `[0, 2] [1, 3]`. Either way the first parts are one element longer where it does not come out even.
 */
export type Distribution = "block" | "roundRobin";

/** One of the parts in which elements are shared out. */
export interface Share {
  /** Which part, from 0. */
  readonly place: number;
  /** How many parts there are. */
  readonly of: number;
  readonly dist?: Distribution | undefined;
}

/** How many of `length` elements a part has. */
export const shareLength = (length: number, { place, of }: Share): number =>
  Math.floor(length / of) + (place < length % of ? 1 : 0);

/** The elements of a part. A block of a typed array is a view of it; all else is a copy. */
export function shareOf(column: Column, share: Share): Column {
  const { place, of, dist = "block" } = share;
  const length = shareLength(column.length, share);
  const from = Math.floor(column.length / of) * place + Math.min(place, column.length % of);
  if (dist === "block") return part(column, from, from + length);
  const dealt = writable(column, length);
  for (let index = 0; index < length; index++) dealt[index] = column[place + index * of];
  return dealt as Column;
}

/**
 * Parts put together again: typed arrays of one kind give one of that kind, anything else an array. What is no sequence
 * counts as one element.
 */
export function joinParts(parts: readonly unknown[], dist: Distribution = "block"): Column {
  const columns = parts.map((one) => (Array.isArray(one) || isTyped(one) ? (one as Column) : [one]));
  const [first = []] = columns;
  const isOneKind = isTyped(first) && columns.every((column) => column.constructor === first.constructor);
  const whole = writable(
    isOneKind ? first : [],
    columns.reduce((sum, { length }) => sum + length, 0),
  );
  if (dist === "block") concatenate(columns, whole);
  else interleave(columns, whole);
  return whole as Column;
}

/** An array, or typed array of the same kind, to be filled. */
const writable = (like: Column, length: number): unknown[] | Float64Array =>
  isTyped(like) ? (emptyLike(like, length) as Float64Array) : new Array<unknown>(length);

function concatenate(columns: readonly Column[], whole: unknown[] | Float64Array): void {
  let at = 0;
  for (const column of columns) {
    if (isTyped(whole)) whole.set(column as Float64Array, at);
    else for (let index = 0; index < column.length; index++) whole[at + index] = column[index];
    at += column.length;
  }
}

/** The first elements of all, then the second ones: lengths need not be those that were dealt. */
function interleave(columns: readonly Column[], whole: unknown[] | Float64Array): void {
  const longest = columns.reduce((most, { length }) => Math.max(most, length), 0);
  let at = 0;
  for (let index = 0; index < longest; index++)
    for (const column of columns) if (index < column.length) whole[at++] = column[index] as number;
}

/** @throws {TypeError} for what is no distribution */
export function requireDistribution(dist: unknown): void {
  if (dist !== undefined && dist !== "block" && dist !== "roundRobin")
    throw new TypeError(`dist is ${inspect(dist)}: give "block" or "roundRobin".`);
}

/** How sequences that engines return for their parts become one; what is no sequence counts as one element. */
export function joinedParts(dist?: Distribution): Assembly {
  requireDistribution(dist);
  return {
    join: (parts) => joinParts(parts, dist),
    itemsOf: (part) => (Array.isArray(part) || isTyped(part) ? part : [part]),
  };
}
