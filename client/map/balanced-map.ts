import { resultControls } from "../controls/result-controls.ts";
import { requireFunction } from "../functions/require-function.ts";
import { requireAtLeastOne } from "../options/at-least-one.ts";
import type { KnownOptions } from "../options/known-options.ts";
import { type TaskFlags, taskFlags } from "../options/task-flags.ts";
import { joinedParts } from "../partition/distribution.ts";
import { type Column, columnsOf, rows, type Sequence } from "../partition/sequences.ts";
import { AsyncResult } from "../results/async-result.ts";
import { RequestGroup } from "../results/request-group.ts";
import type { Assembly } from "../sending/submit-direct.ts";
import type { CallPlan, TaskCall, TaskSender } from "../sending/task-sender.ts";
import { keepingChunk, withErrors } from "./keeping-chunk.ts";
import { mapChunk } from "./map-chunk.ts";
import { type ItemFunction, splitArguments } from "./map-function.ts";
import { MapRun } from "./map-run.ts";

/** How a load-balanced view shares elements out; with flags for the tasks of this map alone. */
export interface MapOptions extends TaskFlags {
  /**
   * Elements sent together. Without it the view measures how long elements take, and sends about 20 ms of work at once.
   */
  readonly chunkSize?: number | undefined;
  /** `false`: `for await` gives results as they come, not in the order of the elements. */
  readonly ordered?: boolean | undefined;
  /** Most chunks under way at once; unless given 2 for each engine, or 1,000 where `chunkSize` is given. */
  readonly maxOutstanding?: number | undefined;
  /**
   * Whether elements that fail have their `RemoteError` as result, and the map goes on. With `retries` a chunk is tried
   * again as a whole, and is of one element unless told otherwise.
   */
  readonly returnErrors?: boolean | undefined;
}

export const mapOptions: KnownOptions<MapOptions> = {
  ...taskFlags,
  chunkSize: true,
  ordered: true,
  maxOutstanding: true,
  returnErrors: true,
};

/** Calls that each take the next chunk of some sequences. */
export interface ChunkCalls extends Pick<CallPlan, "pick"> {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly call: (chunk: readonly Column[]) => TaskCall;
  readonly assembly: Assembly;
}

/** Calls a function element by element. */
export function balancedMap(
  view: TaskSender,
  f: ItemFunction,
  rest: readonly (Sequence<unknown> | MapOptions | undefined)[],
): AsyncResult<never[], "many"> {
  requireFunction(f);
  const {
    sequences,
    options: { returnErrors = false, ...options },
  } = splitArguments<MapOptions>(rest, mapOptions);
  const { retries = view.flags.retries ?? 0 } = options;
  const columns = columnsOf(sequences);
  const assembly = { ...joinedParts(), keepsErrors: returnErrors };
  // Engines that keep an element's error do not fail, and nobody would try it again.
  const isKept = returnErrors && retries === 0;
  const fn = isKept ? keepingChunk : mapChunk;
  const call = (chunk: readonly Column[]) => ({ fn, args: [f, chunk] });
  const calls = { name: "map", columns, call, assembly, ...(isKept && { pick: withErrors }) };
  return callInChunks(view, calls, returnErrors && !isKept ? { chunkSize: 1, ...options } : options);
}

/**
 * Shares sequences of one length out in chunks: who is quick gets more.
 * @throws {RangeError} naming an option that makes no sense
 */
export function callInChunks<T>(
  view: TaskSender,
  { name, columns, call, pick, assembly }: ChunkCalls,
  { chunkSize, ordered = true, maxOutstanding, ...flags }: Omit<MapOptions, "returnErrors">,
): AsyncResult<T, "many"> {
  requireAtLeastOne({ chunkSize, maxOutstanding });
  const sender = view.with(flags);
  const { engines, abort, interrupt } = resultControls(sender.connection);
  const length = columns[0]?.length ?? 0;
  const group = new RequestGroup();
  const run = new MapRun(group, {
    length,
    chunkSize,
    maxOutstanding,
    keepsErrors: assembly.keepsErrors,
    engines: () => sender.engineCount(),
    send: (from, to) => sender.send(call(rows(columns, from, to)), { size: to - from, pick }, group),
  });
  return new AsyncResult<T, "many">(group, {
    ...assembly,
    name,
    arity: "many",
    length,
    isOrdered: ordered,
    join: (values) => assembly.join(values) as T,
    engines,
    abort: (requests) => {
      run.stop();
      return abort(requests);
    },
    interrupt: (requests) => {
      run.stop();
      return interrupt(requests);
    },
  });
}
