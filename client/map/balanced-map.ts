import type { Assembly } from "../requests/submit-direct.ts";
import type { TaskCall, TaskSender } from "../requests/task-sender.ts";
import { AsyncResult } from "../results/async-result.ts";
import { RequestGroup } from "../results/request-group.ts";
import type { TaskFlags } from "../task-flags.ts";
import { chunkAssembly, mapChunk } from "./map-chunk.ts";
import type { ItemFunction } from "./map-function.ts";
import { MapRun } from "./map-run.ts";
import { type Column, columnsOf, rows, type Sequence } from "./sequences.ts";

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
}

/** Calls that each take the next chunk of some sequences. */
export interface ChunkCalls {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly call: (chunk: readonly Column[]) => TaskCall;
  readonly assembly: Assembly;
}

/** Calls a function element by element. */
export function balancedMap(
  sender: TaskSender,
  f: ItemFunction,
  { sequences, ...options }: MapOptions & { readonly sequences: readonly Sequence<unknown>[] },
): AsyncResult<never[], "many"> {
  const columns = columnsOf(sequences);
  const call = (chunk: readonly Column[]) => ({ fn: mapChunk, args: [f, chunk] });
  return callInChunks(
    sender,
    { name: "map", columns, call, assembly: chunkAssembly(columns[0]?.length ?? 0) },
    options,
  );
}

/**
 * Shares sequences of one length out in chunks: who is quick gets more.
 * @throws {RangeError} naming an option that makes no sense
 */
export function callInChunks<T>(
  view: TaskSender,
  { name, columns, call, assembly }: ChunkCalls,
  { chunkSize, ordered = true, maxOutstanding, ...flags }: MapOptions,
): AsyncResult<T, "many"> {
  requireAtLeastOne({ chunkSize, maxOutstanding });
  const sender = Object.keys(flags).length === 0 ? view : view.with(flags);
  const { engines, abort, interrupt } = sender.controls;
  const group = new RequestGroup();
  const run = new MapRun(group, {
    length: columns[0]?.length ?? 0,
    chunkSize,
    maxOutstanding,
    engines: () => sender.engineCount(),
    send: (from, to) => sender.send(call(rows(columns, from, to)), to - from, group),
  });
  return new AsyncResult<T, "many">(group, {
    ...assembly,
    name,
    arity: "many",
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

/** @throws {RangeError} naming an option that is less than 1 */
export function requireAtLeastOne(options: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(options))
    if (value !== undefined && !(value >= 1)) throw new RangeError(`${name} is ${value}: give 1 or more.`);
}
