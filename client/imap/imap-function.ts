import type { Kept, Only } from "../map/map-function.ts";
import { type KnownOptions, requireKnown } from "../options/known-options.ts";
import { isSource, type Source } from "./source-rows.ts";

/** How far ahead an imap goes, and in what order its results come. */
export interface ImapOptions {
  /** `false`: results come as engines are done, not in the order of the elements. */
  readonly ordered?: boolean | undefined;
  /** Most calls under way at once, those included whose results nobody has taken yet; unless given, 4 for each engine. */
  readonly maxOutstanding?: number | undefined;
  /** Whether an error takes the place of its result instead of ending the iteration. */
  readonly returnErrors?: boolean | undefined;
}

export const imapOptions: KnownOptions<ImapOptions> = { ordered: true, maxOutstanding: true, returnErrors: true };

/** What an imap gives: results as they are asked for. Leaving the loop closes the sequences. */
export type Results<R> = AsyncGenerator<R, void, undefined>;

/**
 * Calls a function with the elements of one sequence, or of several side by side, one call an element, and gives the
 * results while it goes. Sequences may be endless, or come by and by: an element is read when there is room for its call,
 * the first ones when the first result is asked for. Ends with the shortest.
 * @typeParam Options may follow the sequences
 */
export interface ImapFunction<Options extends ImapOptions> {
  <T, R, const Own extends Options = Options>(
    f: (item: T) => R,
    source: Source<T>,
    options?: Only<Own, Options>,
  ): Results<Kept<Own, R>>;
  <T, U, R, const Own extends Options = Options>(
    f: (first: T, second: U) => R,
    firsts: Source<T>,
    seconds: Source<U>,
    options?: Only<Own, Options>,
  ): Results<Kept<Own, R>>;
  <T, U, V, R, const Own extends Options = Options>(
    f: (first: T, second: U, third: V) => R,
    firsts: Source<T>,
    seconds: Source<U>,
    thirds: Source<V>,
    options?: Only<Own, Options>,
  ): Results<Kept<Own, R>>;
  <Items extends unknown[], R>(
    f: (...items: Items) => R,
    ...sources: { [Index in keyof Items]: Source<Items[Index]> }
  ): Results<Awaited<R>>;
}

/**
 * Tells what an imap goes over from the options that may follow.
 * @throws {TypeError} naming an option that there is not
 */
export function splitSources<Options extends object>(
  rest: readonly unknown[],
  known: KnownOptions<Options>,
): { readonly sources: readonly unknown[]; readonly options: Partial<Options> } {
  const last = rest.at(-1);
  if (rest.length < 2 || isSource(last)) return { sources: rest, options: {} };
  const options: Partial<Options> = (last as Options | undefined) ?? {};
  requireKnown(options, known);
  return { sources: rest.slice(0, -1), options };
}
