import { watchForStops } from "./resume.ts";

/** The part of a zeromq socket that a pump reads. */
export interface Source {
  readonly closed: boolean;
  receive(): Promise<Buffer[]>;
}

/**
 * Hands every message of a socket to a callback, for as long as the socket is open.
 *
 * A `for await` loop would do, but for one thing: when user code is stopped by force, V8 drops every microtask that is
 * queued at that moment, and with it the continuation of an `await`, for good. A pump keeps the promise of the
 * message it waits for, so that `resume` can ask it again: no message is lost and the reading goes on.
 */
export class Pump {
  readonly #source: Source;
  readonly #receive: (frames: Buffer[]) => void;
  /** The message that is waited for: the socket's own promise, as a derived one may never settle. */
  #pending: Promise<Buffer[]> | undefined;
  readonly #forget = watchForStops(this);

  constructor(source: Source, receive: (frames: Buffer[]) => void) {
    this.#source = source;
    this.#receive = receive;
    this.resume();
  }

  /** May be called at any time: a reaction that comes twice is ignored. */
  resume(): void {
    if (this.#source.closed) this.#forget();
    else this.#wait();
  }

  #wait(): void {
    const pending = this.#pending ?? this.#source.receive();
    this.#pending = pending;
    pending.then(
      (frames) => this.#deliver(pending, frames),
      (error: unknown) => this.#fail(pending, error),
    );
  }

  #deliver(pending: Promise<Buffer[]>, frames: Buffer[]): void {
    if (this.#pending !== pending) return;
    this.#pending = undefined;
    try {
      this.#receive(frames);
    } finally {
      this.resume();
    }
  }

  /** A closed socket rejects what is being waited for; anything else is a bug, and must not pass in silence. */
  #fail(pending: Promise<Buffer[]>, error: unknown): void {
    if (this.#pending !== pending) return;
    this.#pending = undefined;
    this.#forget();
    if (!this.#source.closed) throw error;
  }
}
