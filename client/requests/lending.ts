import { Deferred } from "../../protocol/deferred.ts";

/**
 * The memory of a request's large arrays, which is lent to a socket until the controller has read it. *Lent*;
 * *returned*, when a receipt or the reply has come; or *lost*, when neither will come.
 */
export class Lending {
  isReturned = false;
  readonly #returned = new Deferred<void>();
  readonly #askReceipt: (() => Promise<void>) | undefined;
  #isAsked = false;

  /** @param askReceipt resolves when the controller has read it; `undefined` where it gives no receipts */
  constructor(askReceipt: (() => Promise<void>) | undefined) {
    this.#askReceipt = askReceipt;
    // Nobody may be waiting.
    this.#returned.promise.catch(() => {});
  }

  /**
   * Resolves when the memory may be overwritten. Asks for a receipt, so it costs one small message each way.
   * @throws {Error} when the connection ends before, and nobody knows
   */
  whenReturned(): Promise<void> {
    if (!this.#isAsked && !this.isReturned) {
      this.#isAsked = true;
      this.#askReceipt?.().then(
        () => this.end(),
        (error: unknown) => this.#returned.reject(error),
      );
    }
    return this.#returned.promise;
  }

  /** The controller has the request. */
  end(): void {
    this.isReturned = true;
    this.#returned.resolve();
  }

  /** There will be no reply. */
  lose(reason: string): void {
    if (this.#askReceipt === undefined) this.#returned.reject(new Error(`Whether it was sent is not known: ${reason}`));
  }
}
