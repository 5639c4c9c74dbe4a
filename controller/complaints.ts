import type { Logger } from "../cli/logger.ts";
import { InvalidMessage } from "../protocol/envelope.ts";
import { LineLimit } from "../protocol/line-limit.ts";

/** Reports bad messages and peers: one line each, few of them, naming the socket and the reason. */
export class Complaints {
  readonly #log: Logger;
  readonly #limit: LineLimit;

  /** @param now monotonic, in milliseconds */
  constructor(log: Logger, now: () => number) {
    this.#log = log;
    this.#limit = new LineLimit(now);
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
    const held = this.#limit.admit(socket);
    if (held === undefined) return;
    const more = held > 0 ? ` (and ${held} more since the last line)` : "";
    this.#log.warn(`${line}${more}`, { socket, count: held + 1 });
  }
}
