import type { Frames } from "./channel.ts";

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
  #drained: Promise<void> | undefined;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  send(frames: Frames): void {
    if (this.#sink.closed) return;
    if (this.#drained === undefined && this.#sink.writable) {
      this.#sink.send(frames as Buffer[]).catch(ignoreUnsent);
      return;
    }
    this.#queue.push(frames);
    this.#drained ??= this.#drain();
  }

  /** Settles when everything queued so far has been handed to the socket. */
  async flush(): Promise<void> {
    await this.#drained;
  }

  async #drain(): Promise<void> {
    for (let frames = this.#queue.shift(); frames !== undefined; frames = this.#queue.shift()) {
      if (this.#sink.closed) break;
      await this.#sink.send(frames as Buffer[]).catch(ignoreUnsent);
    }
    this.#queue.length = 0;
    this.#drained = undefined;
  }
}

/** A message is lost only when its socket is closed under it, or its router knows no such peer: both are by design. */
function ignoreUnsent(): void {}
