import { type Column, columnsOf, type Sequence, type TypedArray } from "../partition/sequences.ts";
import type { AsyncMapResult, AsyncResult } from "../results/async-result.ts";
import { requireFunction } from "./require-function.ts";

/** What the parts become together: sequences one sequence, anything else an array. */
export type Joined<R> = R extends readonly (infer Item)[] ? Item[] : R extends TypedArray ? R : R[];

/**
 * A function that takes whole sequences and runs on parts of them.
 *
 * | | `f(sequence)` | `f.map(sequence)` |
 * |---|---|---|
 * | calls of the function | one a part | one an element |
 * | its argument | a sub-sequence | an element |
 */
export interface ParallelFunction<Args extends unknown[], R> {
  /**
   * Calls the function with each part of the sequences, and joins what it returns. Rows of a matrix stay whole.
   * @throws {RangeError} when the sequences differ in length
   */
  (...sequences: Args): AsyncResult<Joined<Awaited<R>>, "many">;
  /** Calls the function with the elements of the sequences, one after the other. */
  map(...sequences: { [Index in keyof Args]: Sequence<Args[Index]> }): AsyncMapResult<Awaited<R>>;
  readonly name: string;
}

/** How a view runs the function on parts and elements of sequences. */
export interface PartsRunner {
  readonly call: (columns: readonly Column[]) => AsyncResult<unknown, "many">;
  readonly map: (sequences: readonly Sequence<unknown>[]) => AsyncMapResult<unknown>;
}

export function parallelFunction<Args extends unknown[], R>(
  f: (...sequences: Args) => R,
  runner: PartsRunner,
): ParallelFunction<Args, R> {
  requireFunction(f);
  const parallel = (...sequences: Args) => runner.call(columnsOf(sequences as Sequence<unknown>[]));
  const map = (...sequences: Sequence<unknown>[]) => runner.map(sequences);
  return Object.defineProperties(parallel, { name: { value: f.name }, map: { value: map } }) as ParallelFunction<
    Args,
    R
  >;
}
