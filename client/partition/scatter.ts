import type { CallOptions, SendOptions } from "../options/call-options.ts";
import type { AsyncResult } from "../results/async-result.ts";
import type { DirectSender } from "../sending/direct-sender.ts";
import { type Distribution, joinedParts, requireDistribution, shareOf } from "./distribution.ts";
import { type Sequence, toColumn } from "./sequences.ts";

export interface GatherOptions extends CallOptions {
  /** How the elements were shared out; `block` unless given. */
  readonly dist?: Distribution | undefined;
}

export interface ScatterOptions extends GatherOptions, SendOptions {
  /** Whether an engine that gets a single element gets it as it is, not in a sequence. */
  readonly flatten?: boolean | undefined;
}

/** The name of a variable, and the sequence that is to be shared out under it. */
export interface Scattered {
  readonly name: string;
  readonly sequence: Sequence<unknown>;
}

/** Sets a variable of each engine to its part of a sequence, which may be empty. */
export function scatter(
  sender: DirectSender,
  { name, sequence }: Scattered,
  { dist, flatten = false, track, ...options }: ScatterOptions,
): AsyncResult<undefined[], "many"> {
  requireDistribution(dist);
  const column = toColumn(sequence);
  const ids = sender.ids(options, "push");
  const value = (place: number) => {
    const part = shareOf(column, { place, of: ids.length, dist });
    return { [name]: flatten && part.length === 1 ? part[0] : part };
  };
  return sender.callEach(ids, { name: "scatter", operation: "push", value, track });
}

/** Puts a variable of each engine, or what it holds, together. */
export function gather<T>(
  sender: DirectSender,
  name: string,
  { dist, ...options }: GatherOptions,
): AsyncResult<T, "many"> {
  const pick = (values: unknown) => (values as readonly unknown[])[0];
  const assembly = joinedParts(dist);
  return sender.call({ name: "gather", operation: "pull", value: [name], pick, assembly }, options);
}
