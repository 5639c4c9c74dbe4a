import { type Envelope, InvalidMessage, openEnvelope, ReplayedMessage } from "../../protocol/envelope.ts";
import { LineLimit } from "../../protocol/line-limit.ts";
import type { Message, Session } from "../../protocol/session.ts";

export interface MessageIntakeOptions {
  readonly session: Session;
  /** Told of sound messages that came before; without it they are dropped. */
  replayed?(frames: readonly Buffer[]): void;
  /** Told of requests whose metadata or content is damaged; these are empty in what it gets. */
  damaged(request: Message, reason: string): void;
  log(text: string): void;
}

/**
 * Verifies and reads what arrives; drops what is no message, with few lines in the log. A signed request that cannot be
 * read is not dropped: it wants an answer, and a scheduler would count this engine as busy with it for ever.
 */
export class MessageIntake {
  readonly #options: MessageIntakeOptions;
  readonly #limit = new LineLimit(() => performance.now());

  constructor(options: MessageIntakeOptions) {
    this.#options = options;
  }

  read(frames: readonly Buffer[]): Message | undefined {
    const { session } = this.#options;
    let envelope: Envelope | undefined;
    try {
      envelope = openEnvelope(frames, session);
      return session.read(envelope);
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error;
      this.#log(error.message);
      if (error instanceof ReplayedMessage) this.#options.replayed?.(frames);
      else if (envelope?.header.msg_type.endsWith("_request")) this.#options.damaged(blank(envelope), error.message);
      return undefined;
    }
  }

  #log(reason: string): void {
    const held = this.#limit.admit();
    if (held === undefined) return;
    this.#options.log(`Message dropped: ${reason}${held > 0 ? ` (and ${held} more since the last line)` : ""}`);
  }
}

const blank = ({ header, idents, buffers }: Envelope): Message => ({
  header,
  idents,
  buffers,
  parent: undefined,
  metadata: {},
  content: {},
});
