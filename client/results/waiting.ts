import { Deferred } from "../../protocol/deferred.ts";
import type { InteractiveOptions } from "../output/progress-display.ts";
import { hasFailed } from "./ending.ts";
import type { RequestGroup } from "./request-group.ts";
import type { WaitOptions } from "./wait-options.ts";

/**
 * What to wait for: the end of `all` parts; the `first` part that ends, in whatever way; the `firstError`, or the end of
 * all where none fails.
 */
export type ReturnWhen = "all" | "first" | "firstError";

export interface ResultWaitOptions extends WaitOptions {
  /** `all` unless given. */
  readonly returnWhen?: ReturnWhen;
}

export interface ResultInteractiveOptions extends InteractiveOptions, ResultWaitOptions {}

export interface GetOptions extends WaitOptions {
  /** Does not throw what parts threw: the result has these errors in their places. */
  readonly returnErrors?: boolean;
  /** `firstError` throws as soon as a part has failed, and does not wait for the others; `all` unless given. */
  readonly returnWhen?: Exclude<ReturnWhen, "first">;
}

/** @param wait is given a promise that resolves when what is waited for has come, and does not reject */
export async function waitUntilCome<T>(
  group: RequestGroup,
  returnWhen: ReturnWhen | undefined,
  wait: (come: Promise<void>) => Promise<T>,
): Promise<T> {
  if (returnWhen === undefined || returnWhen === "all") return wait(group.finished());
  const isEnough = returnWhen === "first" ? () => true : hasFailed;
  if (group.finishedOrder.some(isEnough)) return wait(Promise.resolve());
  const come = new Deferred<void>();
  const stop = group.listen({ requestFinished: (request) => isEnough(request) && come.resolve() });
  try {
    return await wait(Promise.race([come.promise, group.finished()]));
  } finally {
    stop();
  }
}
