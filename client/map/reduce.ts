import { runInThisContext } from "node:vm";
import type { CallOptions } from "../options/call-options.ts";
import { type Column, type Sequence, toColumn } from "../partition/sequences.ts";
import type { AsyncResult } from "../results/async-result.ts";
import type { DirectSender } from "../sending/direct-sender.ts";
import { callWithParts } from "./direct-map.ts";

export interface ReduceOptions<T> extends CallOptions {
  /** Put in front of all elements; an empty sequence needs it. */
  readonly initial?: T;
}

type Combine = (left: unknown, right: unknown) => unknown;

/** Combines items from left to right; there must be one. It is sent by its source: nothing from outside. */
function fold(f: Combine, items: ArrayLike<unknown>): unknown {
  let combined = items[0];
  for (let index = 1; index < items.length; index++) combined = f(combined, items[index]);
  return combined;
}

/** From a script of its own it travels as users' functions do; see `mapChunk`. */
const foldPart = runInThisContext(`(${fold.toString()})`, { filename: "tsparallel:reduce" }) as typeof fold;

/**
 * Each engine combines its block of the elements, then this process the engines' values.
 * @throws {TypeError} when there is no element and no initial value
 */
export function reduceParts<T>(
  sender: DirectSender,
  f: (left: T, right: T) => T,
  { sequence, ...options }: ReduceOptions<T> & { readonly sequence: Sequence<T> },
): AsyncResult<T, "many"> {
  const column = toColumn(sequence);
  const first = "initial" in options ? [options.initial] : [];
  if (column.length + first.length === 0)
    throw new TypeError("Nothing to reduce: the sequence is empty. Give { initial } for that case.");
  return callWithParts(
    sender,
    {
      name: "reduce",
      columns: [column],
      call: ([part]: readonly Column[]) => ({ fn: foldPart, args: [f, part] }),
      assembly: { join: (values) => fold(f as Combine, [...first, ...values]) },
    },
    { targets: options.targets },
  );
}
