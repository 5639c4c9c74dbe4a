import { requireFunction } from "../functions/require-function.ts";
import type { SendOptions } from "../options/call-options.ts";
import type { KnownOptions } from "../options/known-options.ts";
import { type Distribution, joinedParts, shareLength, shareOf } from "../partition/distribution.ts";
import { type Column, columnsOf, type Sequence } from "../partition/sequences.ts";
import type { AsyncMapResult, AsyncResult } from "../results/async-result.ts";
import type { CannedOperation, DirectSender } from "../sending/direct-sender.ts";
import type { Assembly } from "../sending/submit-direct.ts";
import { keepingChunk, withErrors } from "./keeping-chunk.ts";
import { mapChunk } from "./map-chunk.ts";
import { type ItemFunction, splitArguments } from "./map-function.ts";

export interface DirectMapOptions extends SendOptions {
  /** How elements are shared out among the engines; `block` unless given. */
  readonly dist?: Distribution | undefined;
  /** `false`: `for await` gives results as they come, engine by engine. */
  readonly ordered?: boolean | undefined;
  /** Whether elements that fail have their `RemoteError` as result, and the others are computed. */
  readonly returnErrors?: boolean | undefined;
}

export const directMapOptions: KnownOptions<DirectMapOptions> = {
  targets: true,
  track: true,
  dist: true,
  ordered: true,
  returnErrors: true,
};

/** A function that each engine calls once, with its part of some sequences. */
export interface PartsCall extends Pick<CannedOperation, "pick"> {
  readonly name: string;
  /** What the engine is to do with its parts. */
  readonly call: (parts: readonly Column[]) => { readonly fn: unknown; readonly args: readonly unknown[] };
  readonly assembly: Assembly;
}

/** Shares sequences of one length out among the engines; where there are more engines than elements the first are used. */
export function callWithParts<T>(
  sender: DirectSender,
  { columns, ...parts }: PartsCall & { readonly columns: readonly Column[] },
  { dist, ordered = true, track, ...options }: Omit<DirectMapOptions, "returnErrors">,
): AsyncResult<T, "many"> {
  const length = columns[0]?.length ?? 0;
  const ids = sender.ids(options, "apply functions").slice(0, length);
  const share = (place: number) => ({ place, of: ids.length, dist });
  return sender.callEach(ids, {
    name: parts.name,
    operation: "call",
    ...(parts.pick && { pick: parts.pick }),
    track,
    value: (place) => parts.call(columns.map((column) => shareOf(column, share(place)))),
    size: (place) => shareLength(length, share(place)),
    assembly: { ...parts.assembly, length, isOrdered: ordered },
  });
}

/** Calls a function element by element, on each engine with its part of them. */
export function directMap(
  sender: DirectSender,
  f: ItemFunction,
  rest: readonly (Sequence<unknown> | DirectMapOptions | undefined)[],
): AsyncMapResult<never> {
  requireFunction(f);
  const { sequences, options } = splitArguments<DirectMapOptions>(rest, directMapOptions);
  const { returnErrors = false, ...own } = options;
  const columns = columnsOf(sequences);
  const assembly = { ...joinedParts(own.dist), keepsErrors: returnErrors };
  const fn = returnErrors ? keepingChunk : mapChunk;
  const call = (parts: readonly Column[]) => ({ fn, args: [f, parts] });
  return callWithParts(
    sender,
    { name: "map", columns, call, assembly, ...(returnErrors && { pick: withErrors }) },
    own,
  );
}
