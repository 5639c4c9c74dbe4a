import { abortable, Deferred } from "../../protocol/deferred.ts";
import { type EngineUuid, type MsgId, msgId } from "../../protocol/ids.ts";
import type { Message, Outgoing, Session } from "../../protocol/session.ts";
import type { Channel } from "../../transport/channel.ts";

/** A question that is not answered yet. */
export interface Inquiry {
  readonly outgoing: Outgoing;
  readonly channel: Channel;
  /** Asked on its control channel; `undefined` for the hub. */
  readonly engine: EngineUuid | undefined;
  readonly answer: Deferred<Message>;
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
  readonly #open = new Map<MsgId, Inquiry>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Asks; the answer, whatever it says. */
  async ask(outgoing: Outgoing, { channel, engine, signal }: Asking): Promise<Message> {
    const header = this.#session.header(outgoing.type);
    const inquiry: Inquiry = { outgoing: { ...outgoing, header }, channel, engine, answer: new Deferred() };
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

  /** What has no answer now, for {@link repeat}: what is asked later finds its own way. */
  get unanswered(): readonly Inquiry[] {
    return [...this.#open.values()];
  }

  /**
   * Asks again what the hub of a controller that is gone may have swallowed.
   * @param failure of what may not be asked twice, as nobody knows whether it was heard
   */
  repeat(inquiries: readonly Inquiry[], failure: (type: string) => Error): void {
    for (const { outgoing, channel, engine, answer } of inquiries) {
      const { type, header } = outgoing;
      if (engine !== undefined || !header || !repeatable.has(type)) answer.reject(failure(type));
      else {
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
