import type { ServedRequest } from "./served-request.ts";

/** A request and its header as it came, for the monitor. */
export interface QueuedRequest {
  readonly request: ServedRequest;
  readonly headerFrame: Buffer;
}

/** Ids of requests to abort that have not arrived yet: an abort travels on another socket and may overtake them. */
const mostAwaited = 10_000;

/** Shell requests in the order of their arrival, and which of them are not to run. */
export class RequestQueue {
  readonly #waiting: QueuedRequest[] = [];
  readonly #aborted = new Set<string>();
  #areAllAborted = false;

  get hasWork(): boolean {
    return this.#waiting.length > 0;
  }

  push(queued: QueuedRequest): void {
    this.#waiting.push(queued);
  }

  /** Removes what is not to run, in order. */
  takeAborted(): ServedRequest[] {
    if (!this.#areAllAborted && this.#aborted.size === 0) return [];
    return this.#take((request) => this.#isAborted(request));
  }

  /** Removes all that would run user code, in order. */
  takeUserCode(): ServedRequest[] {
    return this.#take((request) => request.runsUserCode);
  }

  /** The next one to run. */
  next(): QueuedRequest | undefined {
    return this.#waiting.shift();
  }

  /** These will not run, whether they are here or still to come. */
  abort(msgIds: readonly string[]): void {
    for (const msgId of msgIds) this.#aborted.add(msgId);
    for (const oldest of this.#aborted) {
      if (this.#aborted.size <= mostAwaited) break;
      this.#aborted.delete(oldest);
    }
  }

  /** From now until it is set back, nothing that is queued or comes in runs user code. */
  set areAllAborted(value: boolean) {
    this.#areAllAborted = value;
  }

  /** Asks once for each request: an abort that was awaited is forgotten when it is found. */
  #take(isTaken: (request: ServedRequest) => boolean): ServedRequest[] {
    const taken: ServedRequest[] = [];
    const rest = this.#waiting.filter(({ request }) => {
      if (!isTaken(request)) return true;
      taken.push(request);
      return false;
    });
    if (taken.length > 0) this.#waiting.splice(0, this.#waiting.length, ...rest);
    return taken;
  }

  #isAborted(request: ServedRequest): boolean {
    if (!request.runsUserCode) return false;
    return this.#aborted.delete(request.header.msg_id) || this.#areAllAborted;
  }
}
