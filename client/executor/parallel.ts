import { inspect } from "node:util";
import { runInThisContext } from "node:vm";
import { LoadBalancedView } from "../load-balanced-view.ts";
import type { MapOptions } from "../map/balanced-map.ts";
import type { AsyncMapResult } from "../results/async-result.ts";

/** A call that is to be made later, elsewhere: see {@link delayed}. */
export interface Delayed<R> {
  /** What is to be called, with `args`. */
  readonly f: (...args: never) => R;
  readonly args: readonly unknown[];
}

/** What the function of a call returns; of several calls, of any of them. */
type Returned<Call> = Call extends Delayed<infer R> ? R : never;

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

  /** @throws {TypeError} without a load-balanced view */
  constructor(options: ParallelOptions) {
    if (!(options.view instanceof LoadBalancedView))
      throw new TypeError("Parallel works with a view: write `new Parallel({ view: rc.loadBalancedView() })`.");
    this.#options = options;
  }

  /**
   * Sends the calls in batches. The result can be awaited, iterated over as values come, and asked how far it is.
   * @param options of the map of the calls
   * @throws {TypeError} showing what is no call
   * @throws {CanningError} when a function or argument of the first batches cannot travel
   */
  run<Call extends Delayed<unknown>>(
    calls: Iterable<Call>,
    options: Omit<MapOptions, "chunkSize" | "returnErrors"> = {},
  ): AsyncMapResult<Awaited<Returned<Call>>> {
    const { view, batchSize } = this.#options;
    const all = Array.from(calls, requireDelayed);
    return view.map(makeCall as (call: Call) => Returned<Call>, all, {
      ...options,
      ...(batchSize !== undefined && { chunkSize: batchSize }),
    });
  }
}

/** From a script of its own it travels by its source, as users' functions do, and engines need not load this module. */
const makeCall: unknown = runInThisContext("(({ f, args }) => f(...args))", { filename: "tsparallel:delayed" });

/** Where types are not checked, a result, or a function that nobody has called, may stand for a call. */
function requireDelayed<Call>(call: Call): Call {
  const isCall = typeof call === "object" && call !== null && "f" in call && "args" in call;
  if (isCall && typeof call.f === "function") return call;
  throw new TypeError(`Parallel makes calls such as delayed(f)(x): ${inspect(call, { depth: 0 })} is none.`);
}
