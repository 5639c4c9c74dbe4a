import { balancedMap, callInChunks, type MapOptions, mapOptions } from "../map/balanced-map.ts";
import { requireKnown } from "../options/known-options.ts";
import { joinedParts } from "../partition/distribution.ts";
import type { TaskSender } from "../sending/task-sender.ts";
import { type ParallelFunction, parallelFunction } from "./parallel-function.ts";

/** A parallel function whose parts are chunks, each of which is a task. */
export function balancedParallel<Args extends unknown[], R>(
  sender: TaskSender,
  f: (...sequences: Args) => R,
  options: Omit<MapOptions, "returnErrors">,
): ParallelFunction<Args, R> {
  requireKnown<MapOptions>(options, mapOptions);
  const call = (args: readonly unknown[]) => ({ fn: f, args });
  const assembly = joinedParts();
  return parallelFunction(f, {
    call: (columns) => callInChunks(sender, { name: f.name || "parallel", columns, call, assembly }, options),
    map: (sequences) => balancedMap(sender, f, [...sequences, options]),
  });
}
