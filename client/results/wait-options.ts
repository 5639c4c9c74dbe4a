import { abortable, Deferred } from "../../protocol/deferred.ts";
import { TimeoutError } from "../errors/failures.ts";

/** How long to wait for something that another process does. */
export interface WaitOptions {
  /** Milliseconds; without it, as with `Infinity`, the wait has no end. */
  readonly timeoutMs?: number;
  /** Ends the wait, not the work: the wait rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Node's timers know no longer time, and take it for none. It is 24 days. */
export const longestMs = 2 ** 31 - 1;

/**
 * @param late what to say when the time is up
 * @throws {TimeoutError} when it takes longer than `timeoutMs`
 * @throws {RangeError} when that is no time
 */
export function waitFor<T>(work: Promise<T>, options: WaitOptions, late: () => string): Promise<T> {
  const { timeoutMs, signal } = options;
  const ending = signal === undefined ? work : abortable(work, signal);
  return timeoutMs === undefined || timeoutMs > longestMs ? ending : inTime(ending, timeoutMs, late);
}

/** Until engines have heard what they were told. @throws {TimeoutError} when one does not answer in time */
export const whenHeard = (told: Promise<void>, options: WaitOptions): Promise<void> =>
  waitFor(told, options, () => "Not all engines have answered in time: one of them may be stopped.");

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

async function inTime<T>(work: Promise<T>, timeoutMs: number, late: () => string): Promise<T> {
  const time = new Deferred<never>();
  const timer = setTimeout(() => time.reject(new TimeoutError(late())), timeoutMs);
  if (!(timeoutMs >= 0)) time.reject(new RangeError(`timeoutMs is ${timeoutMs}: give milliseconds, 0 or more.`));
  try {
    return await Promise.race([time.promise, work]);
  } finally {
    clearTimeout(timer);
  }
}
