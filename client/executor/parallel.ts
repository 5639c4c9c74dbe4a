import { runInThisContext } from "node:vm";
import type { LoadBalancedView } from "../load-balanced-view.ts";
import type { MapOptions } from "../map/balanced-map.ts";
import type { AsyncMapResult } from "../results/async-result.ts";

/** A call that is to be made later, elsewhere: see {@link delayed}. */
export interface Delayed<R> {
  /** What is to be called, with `args`. */
  readonly f: (...args: never) => R;
  readonly args: readonly unknown[];
}

/** Notes a call instead of making it: `delayed(Math.sqrt)(2)` is a call for {@link Parallel}. */
export const delayed =
  <Args extends unknown[], R>(f: (...args: Args) => R) =>
  (...args: Args): Delayed<R> => ({ f, args });

/** What a {@link Parallel} works with. */
export interface ParallelOptions {
  /** Whose engines make the calls. */
  readonly view: LoadBalancedView;
  /** Calls sent together; without it, about 20 ms of work at once, by measured time. */
  readonly batchSize?: number | undefined;
}

/**
 * Makes independent calls on the engines, as joblib's class of this name does:
 *
 *     const parallel = new Parallel({ view: rc.loadBalancedView() });
 *     const roots = await parallel.run(numbers.map((n) => delayed(Math.sqrt)(n)));
 */
export class Parallel {
  readonly #options: ParallelOptions;

  constructor(options: ParallelOptions) {
    this.#options = options;
  }

  /**
   * Sends the calls in batches. The result can be awaited, iterated over as values come, and asked how far it is.
   * @param options of the map of the calls
   * @throws {CanningError} when a function or argument of the first batches cannot travel
   */
  run<R>(
    calls: Iterable<Delayed<R>>,
    options: Omit<MapOptions, "chunkSize" | "returnErrors"> = {},
  ): AsyncMapResult<Awaited<R>> {
    const { view, batchSize } = this.#options;
    const all = Array.from(calls);
    return view.map(makeCall<R>(), all, { ...options, ...(batchSize !== undefined && { chunkSize: batchSize }) });
  }
}

/** From a script of its own it travels by its source, as users' functions do, and engines need not load this module. */
const call: unknown = runInThisContext("(({ f, args }) => f(...args))", { filename: "tsparallel:delayed" });

const makeCall = <R>() => call as (delayed: Delayed<R>) => R;
