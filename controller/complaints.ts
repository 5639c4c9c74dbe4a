import type { Logger } from "../cli/logger.ts";
import { InvalidMessage } from "../protocol/envelope.ts";

/** Least time between two lines about one socket: a broken peer must not fill the disk. */
const quietMs = 5000;

interface Silence {
  untilMs: number;
  suppressed: number;
}

/** Reports bad messages and peers: one line each, few of them, naming the socket and the reason. */
export class Complaints {
  readonly #log: Logger;
  /** Monotonic, in milliseconds. */
  readonly #now: () => number;
  readonly #silences = new Map<string, Silence>();

  constructor(log: Logger, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** @returns the handler, for which a bad message is a line in the log; every other error is a bug and passes */
  guard(socket: string, handle: (frames: Buffer[]) => void): (frames: Buffer[]) => void {
    return (frames) => {
      try {
        handle(frames);
      } catch (error) {
        if (!(error instanceof InvalidMessage)) throw error;
        this.#report(`dropped a message on ${socket}: ${error.message}`, socket);
      }
    };
  }

  /** A peer could not connect. @param reason says what is wrong with it */
  rejected(socket: string, reason: string): void {
    this.#report(`refused a connection to ${socket}: ${reason}`, socket);
  }

  #report(line: string, socket: string): void {
    const silence = this.#silences.get(socket);
    const nowMs = this.#now();
    if (silence && nowMs < silence.untilMs) {
      silence.suppressed++;
      return;
    }
    const suppressed = silence?.suppressed ?? 0;
    const more = suppressed > 0 ? ` (and ${suppressed} more since the last line)` : "";
    this.#log.warn(`${line}${more}`, { socket, count: suppressed + 1 });
    this.#silences.set(socket, { untilMs: nowMs + quietMs, suppressed: 0 });
  }
}
