import { abortable, Deferred } from "../../protocol/deferred.ts";
import { type EngineUuid, type MsgId, msgId } from "../../protocol/ids.ts";
import type { Message, Outgoing, Session } from "../../protocol/session.ts";
import type { Channel } from "../../transport/channel.ts";

/** A question that is not answered yet. */
interface Inquiry {
  readonly outgoing: Outgoing;
  readonly channel: Channel;
  /** Asked on its control channel; `undefined` for the hub. */
  readonly engine: EngineUuid | undefined;
  readonly answer: Deferred<Message>;
  /** Monotonic. */
  readonly askedMs: number;
}

/** Where a question goes, and how long its answer is waited for. */
export interface Asking {
  readonly channel: Channel;
  readonly engine?: EngineUuid | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Questions to the hub that may be asked twice: they change nothing, or nothing more the second time. */
const repeatable = new Set([
  "connection_request",
  "queue_request",
  "load_request",
  "result_request",
  "history_request",
  "db_request",
  "purge_request",
]);

/** Questions to the hub and to engines' control channels, and which of them an answer belongs to. */
export class Inquiries {
  readonly #session: Session;
  readonly #now: () => number;
  readonly #open = new Map<MsgId, Inquiry>();

  /** @param now monotonic, in milliseconds */
  constructor(session: Session, now: () => number) {
    this.#session = session;
    this.#now = now;
  }

  /** Asks; the answer, whatever it says. */
  async ask(outgoing: Outgoing, { channel, engine, signal }: Asking): Promise<Message> {
    const header = this.#session.header(outgoing.type);
    const inquiry: Inquiry = {
      outgoing: { ...outgoing, header },
      channel,
      engine,
      answer: new Deferred(),
      askedMs: this.#now(),
    };
    this.#open.set(msgId(header.msg_id), inquiry);
    try {
      channel.send(this.#session.pack(inquiry.outgoing));
      return await abortable(inquiry.answer.promise, signal);
    } finally {
      this.#open.delete(msgId(header.msg_id));
    }
  }

  takeAnswer(message: Message): void {
    if (message.parent) this.#open.get(msgId(message.parent.msg_id))?.answer.resolve(message);
  }

  /**
   * Asks the hub again what one that is gone may have swallowed.
   * @param goneMs until when what was sent may have been lost
   * @param failure of what was asked until then and may not be asked twice: nobody knows whether it was heard
   */
  repeat(goneMs: number, failure: (type: string) => Error): void {
    for (const { outgoing, channel, engine, answer, askedMs } of this.#open.values()) {
      const { type, header } = outgoing;
      if (engine !== undefined || !header || !repeatable.has(type)) {
        if (askedMs <= goneMs) answer.reject(failure(type));
      } else {
        // A later date makes another signature: the same one twice would be a replay.
        const { date } = this.#session.header(type);
        channel.send(this.#session.pack({ ...outgoing, header: { ...header, date } }));
      }
    }
  }

  /** Fails the questions that `reason` has a failure for. */
  fail(reason: (type: string, id: MsgId, engine: EngineUuid | undefined) => Error | undefined): void {
    for (const [id, { outgoing, engine, answer }] of this.#open) {
      const failure = reason(outgoing.type, id, engine);
      if (failure) answer.reject(failure);
    }
  }
}
