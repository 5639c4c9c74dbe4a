import { Deferred } from "../protocol/deferred.ts";
import type { Channel, Frames } from "./channel.ts";

/**
 * In front of a token, after addresses and instead of a message: asks for a receipt, and is one. Ours alone; the hub
 * tells who connects that it gives receipts.
 */
const mark = Buffer.from("<RECEIPT>");

/** @param addresses how many come before it */
const isReceipt = (frames: Frames, addresses: number): boolean =>
  frames.length === addresses + 2 && frames[addresses]?.equals(mark) === true;

/**
 * The same channel of a router; its listener does not see who asks for a receipt, for they get one at once:
 *
 *     from a peer and back   peer "<RECEIPT>" token
 */
export function givingReceipts(router: Channel): Channel {
  return {
    messages: router.messages,
    port: router.port,
    send: (frames) => router.send(frames),
    listen: (receive) =>
      router.listen((frames) => {
        if (isReceipt(frames, 1)) router.send(frames);
        else receive(frames);
      }),
    [Symbol.asyncDispose]: () => router[Symbol.asyncDispose](),
  };
}

/** After so long it is asked again: a connection that broke has lost the question or the answer. */
const patienceMs = 1000;

interface Asked {
  readonly frames: Frames;
  readonly received: Deferred<void>;
}

/**
 * A channel to routers that give receipts. zeromq.js lends a frame's memory to libzmq, which reads it at any time until
 * the frame is on the wire, and tells nobody when it has. But messages stay in order, so a receipt that was asked for
 * after a message says that the other side has that message whole, and that its memory is read no more.
 */
export class ReceiptedChannel implements Channel {
  readonly messages: AsyncIterable<Buffer[]>;
  readonly port: number;
  readonly #channel: Channel;
  readonly #addresses: number;
  readonly #asked = new Map<string, Asked>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param addresses how many frames before a message say where it goes: 1 for a router, 0 for others */
  constructor(channel: Channel, addresses: 0 | 1 = 0) {
    this.#channel = channel;
    this.#addresses = addresses;
    this.messages = channel.messages;
    this.port = channel.port;
  }

  send(frames: Frames): void {
    this.#channel.send(frames);
  }

  listen(receive: (frames: Buffer[]) => void): void {
    this.#channel.listen((frames) => {
      if (isReceipt(frames, this.#addresses)) this.#take(String(frames.at(-1)));
      else receive(frames);
    });
  }

  /**
   * Resolves when the other side has all that was sent so far.
   * @param address of a router's peer
   * @throws {Error} when the channel is closed before
   */
  async whenReceived(...address: readonly Buffer[]): Promise<void> {
    if (this.#isClosed) throw closed();
    const token = String(++this.#count);
    const asked = { frames: [...address, mark, Buffer.from(token)], received: new Deferred<void>() };
    this.#asked.set(token, asked);
    this.send(asked.frames);
    this.#timer ??= setTimeout(() => this.#askAgain(), patienceMs).unref();
    await asked.received.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#channel[Symbol.asyncDispose]();
    for (const { received } of this.#asked.values()) received.reject(closed());
    this.#asked.clear();
  }

  #take(token: string): void {
    this.#asked.get(token)?.received.resolve();
    this.#asked.delete(token);
    if (this.#asked.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #askAgain(): void {
    for (const { frames } of this.#asked.values()) this.send(frames);
    this.#timer = setTimeout(() => this.#askAgain(), patienceMs).unref();
  }
}

const closed = (): Error => new Error("The connection was closed before the other side had everything.");
