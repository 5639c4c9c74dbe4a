import type { Frames } from "./channel.ts";
import { watchForStops } from "./resume.ts";

/** The part of a zeromq socket that an outbox needs. */
export interface Sink {
  readonly writable: boolean;
  readonly closed: boolean;
  send(frames: Buffer[]): Promise<void>;
}

/**
 * The only writer of a socket: a second `send` while one waits throws EBUSY (zeromq.js 6.8).
 *
 * Two states. *Clear*: the socket takes messages at once, from synchronous code too, so that what a busy loop
 * prints leaves while it runs. *Backed up*: a send waits for the peer, and later messages queue behind it in order.
 * Sockets have no high-water mark, so the queue grows only while a connecting socket has no peer; it is bounded by
 * what the caller sends until then.
 */
export class Outbox {
  readonly #sink: Sink;
  readonly #queue: Frames[] = [];
  /** The send that waits: the socket's own promise (see `Pump`). Undefined = clear. */
  #sending: Promise<void> | undefined;
  /** The last send while clear. */
  #latest: Promise<void> | undefined;
  /** Ends the watch for forced stops, which lasts as long as it is backed up. */
  #forget: (() => void) | undefined;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  send(frames: Frames): void {
    if (this.#sink.closed) return;
    if (this.#sending === undefined && this.#queue.length === 0 && this.#sendAtOnce(frames)) return;
    this.#queue.push(frames);
    if (this.#sending === undefined) this.resume();
  }

  /** Goes on with the queue; harmless at any time. */
  resume(): void {
    this.#sending ??= this.#sendNext();
    if (this.#sending === undefined) this.#clear();
    else this.#continueAfter(this.#sending);
  }

  /**
   * @returns false when the message has to wait. zeromq.js postpones every 512th operation, although the socket is
   * writable, and is busy until then.
   */
  #sendAtOnce(frames: Frames): boolean {
    if (!this.#sink.writable) return false;
    try {
      this.#latest = this.#sink.send(frames as Buffer[]);
      this.#latest.catch(ignoreUnsent);
      return true;
    } catch (error) {
      if (!isBusy(error) || !this.#latest) throw error;
      this.#forget ??= watchForStops(this);
      this.#sending = this.#latest;
      this.#continueAfter(this.#latest);
      return false;
    }
  }

  #sendNext(): Promise<void> | undefined {
    const frames = this.#queue.shift();
    if (frames === undefined || this.#sink.closed) return undefined;
    this.#forget ??= watchForStops(this);
    return this.#sink.send(frames as Buffer[]);
  }

  /** Settles when everything queued so far has been handed to the socket. */
  async flush(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending.catch(ignoreUnsent);
  }

  #continueAfter(sending: Promise<void>): void {
    const next = (): void => {
      if (this.#sending !== sending) return;
      this.#sending = undefined;
      this.resume();
    };
    sending.then(next, next);
  }

  #clear(): void {
    this.#queue.length = 0;
    this.#forget?.();
    this.#forget = undefined;
  }
}

const isBusy = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EBUSY";

/** A message is lost only when its socket is closed under it, or its router knows no such peer: both are by design. */
function ignoreUnsent(): void {}
