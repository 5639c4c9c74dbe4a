import type { Channel, Frames } from "./channel.ts";

/** An unbounded queue of messages with one reader; what is put after the end is dropped. */
class Inbox implements AsyncIterable<Buffer[]> {
  readonly #messages: Buffer[][] = [];
  #wake: (() => void) | undefined;
  #isEnded = false;

  put(message: Buffer[]): void {
    if (this.#isEnded) return;
    this.#messages.push(message);
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async listen(receive: (message: Buffer[]) => void): Promise<void> {
    for await (const message of this) receive(message);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer[]> {
    for (;;) {
      const message = this.#messages.shift();
      if (message) yield message;
      else if (this.#isEnded) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

/**
 * A router without a network, for tests: what peers send arrives with their identity in front, and the first frame of
 * what it sends names the peer.
 */
export class MemoryRouter implements Channel {
  readonly messages: AsyncIterable<Buffer[]>;
  readonly port = 0;
  readonly #inbox = new Inbox();
  readonly #peers = new Map<string, Inbox>();

  constructor() {
    this.messages = this.#inbox;
  }

  /** A dealer of that identity, connected to this router. */
  connect(identity: string): Channel {
    const inbox = new Inbox();
    this.#peers.set(identity, inbox);
    const send = (frames: Frames) => this.#inbox.put([Buffer.from(identity), ...frames]);
    const dispose = async () => {
      this.#peers.delete(identity);
      inbox.end();
    };
    const listen = (receive: (frames: Buffer[]) => void) => void inbox.listen(receive);
    return { messages: inbox, port: 0, send, listen, [Symbol.asyncDispose]: dispose };
  }

  listen(receive: (frames: Buffer[]) => void): void {
    void this.#inbox.listen(receive);
  }

  send(frames: Frames): void {
    const [identity, ...message] = frames;
    if (identity) this.#peers.get(identity.toString())?.put(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#inbox.end();
  }
}

/** A publisher without a network, for tests: every subscriber receives every message. */
export class MemoryPublisher implements Channel {
  readonly messages: AsyncIterable<Buffer[]> = new Inbox();
  readonly port = 0;
  readonly #subscribers = new Set<Inbox>();

  subscribe(): AsyncIterable<Buffer[]> {
    const inbox = new Inbox();
    this.#subscribers.add(inbox);
    return inbox;
  }

  /** Nothing ever comes back. */
  listen(): void {}

  send(frames: Frames): void {
    for (const subscriber of this.#subscribers) subscriber.put([...frames]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const subscriber of this.#subscribers) subscriber.end();
  }
}
