import { sessionId } from "../../protocol/ids.ts";
import { type Message, type Outgoing, Session } from "../../protocol/session.ts";
import { Signer } from "../../protocol/signature.ts";
import type { Channel } from "../../transport/channel.ts";
import type { MemoryRouter } from "../../transport/memory-channel.ts";

const key = "secret";

/** A session of the test cluster; the letter makes its id. */
export function testSession(letter: string, sessionKey = key): Session {
  const id = sessionId(Buffer.alloc(16, letter));
  return new Session({ id, signer: new Signer(sessionKey), now: () => 1_795_000_000_000 });
}

/** A client or engine at the other end of a router, without a network. */
export class MemoryPeer {
  readonly session: Session;
  readonly #channel: Channel;
  readonly #messages: AsyncIterator<Buffer[]>;

  constructor(router: MemoryRouter, letter: string, session = testSession(letter)) {
    this.session = session;
    this.#channel = router.connect(this.session.id);
    this.#messages = this.#channel.messages[Symbol.asyncIterator]();
  }

  /** The peer's routing id. */
  get address(): Buffer {
    return Buffer.from(this.session.id);
  }

  /** @returns the message id */
  send(message: Outgoing): string {
    const header = message.header ?? this.session.header(message.type);
    this.#channel.send(this.session.pack({ ...message, header }));
    return header.msg_id;
  }

  sendFrames(frames: readonly Buffer[]): void {
    this.#channel.send(frames);
  }

  async receiveFrames(): Promise<Buffer[]> {
    const next = await this.#messages.next();
    if (next.done) throw new Error("The channel was closed.");
    return next.value;
  }

  async receive(): Promise<Message> {
    return this.session.unpack(await this.receiveFrames());
  }
}

/** A log that keeps its lines. */
export function recordingLog() {
  const lines: string[] = [];
  const at = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), isDebugging: true };
}
