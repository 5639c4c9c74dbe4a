import { constants } from "node:os";
import { InvalidMessage } from "../../protocol/envelope.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { LineLimit } from "../../protocol/line-limit.ts";
import type { Message, Session } from "../../protocol/session.ts";
import type { Channel, Frames } from "../../transport/channel.ts";
import type { Abortion } from "./monitor-messages.ts";
import { signalNumber } from "./signals.ts";

export interface ControlServiceOptions {
  readonly channel: Channel;
  readonly session: Session;
  interrupt(): void;
  isRunning(msgId: string): boolean;
  /** A signal other than SIGINT, for this process. */
  signal(signal: number): void;
  shutdown(request: Message, restart: boolean): void;
  abort(abortion: Abortion): void;
  /** Everything that is for the main thread. */
  forward(frames: Frames): void;
  log(text: string): void;
}

/** Answers what must be answered while the main thread is stuck; hands on the rest. */
export class ControlService {
  readonly #options: ControlServiceOptions;
  readonly #dropped = new LineLimit(() => performance.now());

  constructor(options: ControlServiceOptions) {
    this.#options = options;
    options.channel.listen((frames) => this.#receive(frames));
  }

  #receive(frames: Frames): void {
    let message: Message;
    try {
      message = this.#options.session.unpack(frames);
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error;
      const held = this.#dropped.admit();
      const more = held ? ` (and ${held} more since the last line)` : "";
      if (held !== undefined) this.#options.log(`Control message dropped: ${error.message}${more}`);
      return;
    }
    this.#handle(message, frames);
  }

  #handle(message: Message, frames: Frames): void {
    switch (message.header.msg_type) {
      case "interrupt_request":
        this.#options.interrupt();
        this.#reply(message, "interrupt_reply", { status: "ok" });
        break;
      case "signal_request":
        this.#signal(message);
        break;
      case "abort_request":
        this.#options.abort(abortionOf(message.content));
        this.#reply(message, "abort_reply", { status: "ok" });
        break;
      case "shutdown_request": {
        const restart = message.content["restart"] === true;
        this.#reply(message, "shutdown_reply", { status: "ok", restart });
        this.#options.shutdown(message, restart);
        break;
      }
      default:
        this.#options.forward(frames);
    }
  }

  /** As ipyparallel's nanny answers it (wire protocol §13.5). */
  #signal(message: Message): void {
    const { sig } = message.content;
    const number = signalNumber(sig);
    if (number === undefined) {
      const evalue = `This system knows no signal ${JSON.stringify(sig)}.`;
      this.#reply(message, "signal_reply", { status: "error", ename: "ValueError", evalue, traceback: [] });
      return;
    }
    this.#reply(message, "signal_reply", { status: "ok" });
    if (number !== constants.signals.SIGINT) this.#options.signal(number);
    else if (this.#isMeant(message.content["msg_id"])) this.#options.interrupt();
  }

  /** Our own clients say which request they mean: another one that has begun meanwhile runs on. */
  #isMeant(msgId: unknown): boolean {
    return typeof msgId !== "string" || this.#options.isRunning(msgId);
  }

  #reply(request: Message, type: string, content: Record<string, string | boolean | readonly string[]>): void {
    const { session, channel } = this.#options;
    channel.send(session.pack({ type, content, parent: request.header, idents: request.idents }));
  }
}

/** One id, several, or none, which means all. `running` is ours: ipyparallel's clients mean what is queued. */
function abortionOf({ msg_ids, running }: JsonObject): Abortion {
  const ids = typeof msg_ids === "string" ? [msg_ids] : msg_ids;
  const msgIds = Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : undefined;
  return { msgIds, stopsRunning: running === true };
}
