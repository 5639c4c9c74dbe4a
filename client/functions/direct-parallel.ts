import { callWithParts, type DirectMapOptions, directMap, directMapOptions } from "../map/direct-map.ts";
import { requireKnown } from "../options/known-options.ts";
import { joinedParts } from "../partition/distribution.ts";
import type { DirectSender } from "../sending/direct-sender.ts";
import { type ParallelFunction, parallelFunction } from "./parallel-function.ts";

/** A parallel function of which each engine gets a part. */
export function directParallel<Args extends unknown[], R>(
  sender: DirectSender,
  f: (...sequences: Args) => R,
  options: Omit<DirectMapOptions, "returnErrors">,
): ParallelFunction<Args, R> {
  requireKnown<DirectMapOptions>(options, directMapOptions);
  const call = (args: readonly unknown[]) => ({ fn: f, args });
  const assembly = joinedParts(options.dist);
  return parallelFunction(f, {
    call: (columns) => callWithParts(sender, { name: f.name || "parallel", columns, call, assembly }, options),
    map: (sequences) => directMap(sender, f, [...sequences, options]),
  });
}
