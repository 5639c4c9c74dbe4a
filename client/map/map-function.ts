import type { RemoteError } from "../errors/remote-error.ts";
import { type KnownOptions, requireKnown } from "../options/known-options.ts";
import { isSequence, type Sequence } from "../partition/sequences.ts";
import type { AsyncMapResult } from "../results/async-result.ts";

/**
 * Calls a function with the elements of one sequence, or of several side by side, shared among the engines. Results are
 * in the order of the elements.
 * @typeParam Options may follow the sequences
 * @throws {RangeError} when the sequences differ in length
 */
export interface MapFunction<Options extends object> {
  <T, R, const Own extends Options = Options>(
    f: (item: T) => R,
    sequence: Sequence<T>,
    options?: Only<Own, Options>,
  ): AsyncMapResult<Kept<Own, R>>;
  <T, U, R, const Own extends Options = Options>(
    f: (first: T, second: U) => R,
    firsts: Sequence<T>,
    seconds: Sequence<U>,
    options?: Only<Own, Options>,
  ): AsyncMapResult<Kept<Own, R>>;
  <T, U, V, R, const Own extends Options = Options>(
    f: (first: T, second: U, third: V) => R,
    firsts: Sequence<T>,
    seconds: Sequence<U>,
    thirds: Sequence<V>,
    options?: Only<Own, Options>,
  ): AsyncMapResult<Kept<Own, R>>;
  <Items extends unknown[], R>(
    f: (...items: Items) => R,
    ...sequences: { [Index in keyof Items]: Sequence<Items[Index]> }
  ): AsyncMapResult<Awaited<R>>;
}

/** Options without any that there are not. */
export type Only<Own, Options> = Own & { readonly [Key in Exclude<keyof Own, keyof Options>]: never };

/** What a map gives for an element: with `returnErrors` maybe its error. */
export type Kept<Own, R> = Own extends { readonly returnErrors: true } ? Awaited<R> | RemoteError : Awaited<R>;

/** Any function, as a map calls it. */
export type ItemFunction = (...items: never[]) => unknown;

/**
 * Tells the sequences of a map from the options that may follow them.
 * @throws {TypeError} naming an option that there is not
 */
export function splitArguments<Options extends object>(
  rest: readonly (Sequence<unknown> | Options | undefined)[],
  known: KnownOptions<Options>,
): { readonly sequences: readonly Sequence<unknown>[]; readonly options: Partial<Options> } {
  const last = rest.at(-1);
  if (rest.length < 2 || isSequence(last)) return { sequences: rest.filter(isSequence), options: {} };
  const options: Partial<Options> = last ?? {};
  requireKnown(options, known);
  return { sequences: rest.slice(0, -1).filter(isSequence), options };
}
