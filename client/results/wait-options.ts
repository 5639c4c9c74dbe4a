import { abortable } from "../../protocol/deferred.ts";
import { TimeoutError } from "../errors/failures.ts";

/** How long to wait for something that another process does. */
export interface WaitOptions {
  /** Milliseconds; without it, as with `Infinity`, the wait has no end. */
  readonly timeoutMs?: number;
  /** Ends the wait, not the work: the wait rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Node's timers know no longer time, and take it for none. It is 24 days. */
const longestMs = 2 ** 31 - 1;

/**
 * @param late what to say when the time is up
 * @throws {TimeoutError} when it takes longer than `timeoutMs`
 */
export function waitFor<T>(work: Promise<T>, options: WaitOptions, late: () => string): Promise<T> {
  const { timeoutMs, signal } = options;
  if (timeoutMs !== undefined && timeoutMs <= longestMs) return waitInTime(work, { timeoutMs, signal }, late);
  return signal === undefined ? work : abortable(work, signal);
}

/**
 * Waits for the end of something that does not fail.
 * @returns false when the time is up
 * @throws the signal's reason
 */
export async function isInTime(work: Promise<unknown>, options: WaitOptions): Promise<boolean> {
  try {
    await waitFor(work, options, () => "");
    return true;
  } catch (error) {
    if (error instanceof TimeoutError) return false;
    throw error;
  }
}

async function waitInTime<T>(
  work: Promise<T>,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
  late: () => string,
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await abortable(work, signal ? AbortSignal.any([signal, timeout]) : timeout);
  } catch (error) {
    if (timeout.aborted && error === timeout.reason) throw new TimeoutError(late());
    throw error;
  }
}
