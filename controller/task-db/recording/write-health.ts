import type { Logger } from "../../../cli/logger.ts";

/** Least and most time between two attempts. */
const retry = { leastMs: 1000, mostMs: 30_000 } as const;
/** How often a single change may fail before it is given up. */
const mostAttempts = 3;
/** Least time between two warnings. */
const quietMs = 30_000;

/**
 * What to do when a database does not store. Batches shrink by half with every failure, so that one change that can
 * never be stored is found and given up, while the others are kept for when the database works again.
 */
export class WriteHealth {
  readonly #name: string;
  readonly #log: Logger;
  /** Monotonic, in milliseconds. */
  readonly #now: () => number;
  #failures = 0;
  #failuresAlone = 0;
  #limit = Number.POSITIVE_INFINITY;
  #givenUp = 0;
  #lostAndTold = 0;
  /** The log knows of the failure that is going on. */
  #isTold = false;
  #quietUntilMs = Number.NEGATIVE_INFINITY;

  constructor(name: string, log: Logger, now: () => number) {
    this.#name = name;
    this.#log = log;
    this.#now = now;
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** When to try again after a failure. */
  get retryMs(): number {
    return Math.min(retry.leastMs * 2 ** Math.max(0, this.#failures - 1), retry.mostMs);
  }

  batchLength(most: number): number {
    return Math.min(most, this.#limit);
  }

  /**
   * @param length of the batch that failed
   * @returns whether it is not to be tried again
   */
  failed(error: unknown, length: number): boolean {
    const reason = error instanceof Error ? error.message : String(error);
    this.#failures++;
    if (this.#warn(`${this.#name} does not store task records: ${reason}. Tasks go on, records wait`))
      this.#isTold = true;
    this.#limit = Math.max(1, Math.floor(length / 2));
    this.#failuresAlone = length === 1 ? this.#failuresAlone + 1 : 0;
    if (this.#failuresAlone < mostAttempts) return false;
    this.#failuresAlone = 0;
    this.#givenUp++;
    return true;
  }

  /**
   * @param dropped how many changes had to be dropped so far because too many waited
   * @param waiting how many are still to be stored: a full disk takes a few, and then no more
   */
  succeeded(dropped: number, waiting = 0): void {
    const lost = dropped + this.#givenUp - this.#lostAndTold;
    if (this.#isTold && waiting === 0) {
      this.#log.info(`${this.#name} stores task records again`);
      this.#isTold = false;
    }
    if (lost > 0 && this.#warn(`${this.#name} failed or was too slow: ${lost} changes of task records are lost`))
      this.#lostAndTold += lost;
    this.#failures = 0;
    this.#failuresAlone = 0;
    this.#limit = Number.POSITIVE_INFINITY;
  }

  /** Lets the next attempt be made at once. */
  forgive(): void {
    this.#failures = 0;
  }

  /** @returns whether it was said: not when the latest warning is fresh */
  #warn(text: string): boolean {
    const nowMs = this.#now();
    if (nowMs < this.#quietUntilMs) return false;
    this.#quietUntilMs = nowMs + quietMs;
    this.#log.warn(text);
    return true;
  }
}
