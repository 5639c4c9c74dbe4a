import { RemoteError } from "../errors/remote-error.ts";
import { requireFunction } from "../functions/require-function.ts";
import type { ItemFunction } from "../map/map-function.ts";
import { requireAtLeastOne } from "../options/at-least-one.ts";
import type { AsyncResult } from "../results/async-result.ts";
import type { ImapOptions, Results } from "./imap-function.ts";
import { imapOver } from "./imap-over.ts";
import { requireSources } from "./source-rows.ts";

/** Calls under way for each engine, those included whose results wait for a slower one's before them. */
const perEngine = 4;

/** A view, as far as an imap needs it. */
export interface ItemCaller {
  readonly apply: (f: ItemFunction, items: readonly unknown[]) => AsyncResult<unknown>;
  /** At least 1. */
  readonly engineCount: () => number;
}

/**
 * Calls a function of a view with element after element; nothing is sent before the first result is asked for.
 * @throws {RangeError} when `maxOutstanding` is less than 1
 * @throws {TypeError} for what is no function, or has no elements
 */
export function imapOn(
  view: ItemCaller,
  f: ItemFunction,
  {
    sources,
    ordered = true,
    maxOutstanding,
    returnErrors = false,
  }: ImapOptions & { readonly sources: readonly unknown[] },
): Results<never> {
  requireFunction(f);
  requireAtLeastOne({ maxOutstanding });
  return imapOver(requireSources(sources), {
    ordered,
    maxOutstanding: () => maxOutstanding ?? perEngine * view.engineCount(),
    send: (items) => {
      const result = view.apply(f, items);
      return returnErrors ? result.then((value) => value, kept) : result;
    },
  }) as Results<never>;
}

function kept(error: unknown): RemoteError {
  if (error instanceof RemoteError) return error;
  throw error;
}
