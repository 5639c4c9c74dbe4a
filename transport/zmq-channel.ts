import { context, Dealer, Publisher, Router, Subscriber, XPublisher } from "zeromq";
import type { Channel, Frames } from "./channel.ts";
import { sendable } from "./copied-frames.ts";
import { Outbox } from "./outbox.ts";
import { Pump } from "./pump.ts";

/** How long a closing socket keeps trying to deliver what was sent. */
const lingerMs = 1000;
/** `ZMQ_ROUTER_NOTIFY` (libzmq draft API, 4.3): report peers that come and go as `[identity, ""]`. */
const routerNotify = { option: 97, connectAndDisconnect: 3 };

/**
 * `ZMQ_ZERO_COPY_RECV` off: else each received frame of 34 to 8192 bytes keeps libzmq's whole receive buffer of 8 kB
 * alive until the garbage collector comes, which knows only of the frame. Measured on a controller after 100,000 small
 * tasks: 300 MB with it, 115 MB without. Larger frames are not copied either way. Must come before the first socket.
 */
const zeroCopyReceive = { option: 10, off: 0 };
type OpenContext = { setInt32Option(option: number, value: number): void };
// The setter is there, but declared protected.
(context as unknown as OpenContext).setInt32Option(zeroCopyReceive.option, zeroCopyReceive.off);

class NotifyingRouter extends Router {
  constructor(options: ConstructorParameters<typeof Router>[0]) {
    super(options);
    this.setInt32Option(routerNotify.option, routerNotify.connectAndDisconnect);
  }
}

export interface RouterOptions {
  /** Routing id shown to peers that are routers themselves. */
  readonly identity?: string;
}

export interface ConnectOptions {
  /** Routing id by which the bound router knows this socket. */
  readonly identity?: string;
}

/**
 * What becomes of a connection. `up`: the handshake is done; only now a subscription stands, and what was published
 * before is lost. `down`: it broke. `refused`: an attempt failed; libzmq tries again after 0.1 s.
 */
export type ConnectionEvent = "up" | "down" | "refused";

type Socket = Router | Dealer | Publisher | XPublisher | Subscriber;

/** A `Channel` over one zeromq socket. Holding the channel holds the socket: an unreferenced one is closed by the collector. */
export class ZmqChannel implements Channel {
  readonly messages: AsyncIterable<Buffer[]>;
  readonly #socket: Socket;
  readonly #outbox: Outbox | undefined;
  #port = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#outbox = socket instanceof Subscriber ? undefined : new Outbox(socket);
    this.messages = socket instanceof Publisher ? { [Symbol.asyncIterator]: silent } : socket;
  }

  get port(): number {
    return this.#port;
  }

  send(frames: Frames): void {
    this.#outbox?.send(sendable(frames));
  }

  listen(receive: (frames: Buffer[]) => void): void {
    if (!(this.#socket instanceof Publisher)) new Pump(this.#socket, receive);
  }

  /**
   * @param url `tcp://127.0.0.1:0` binds any free port
   * @throws when the address is taken or not this machine's; the message names it
   */
  async bind(url: string): Promise<this> {
    try {
      await this.#socket.bind(url.replace(/:0$/, ":*"));
    } catch (cause) {
      throw new Error(`Cannot listen on ${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
    this.#port = Number(/:(\d+)$/.exec(this.#socket.lastEndpoint ?? "")?.[1] ?? 0);
    return this;
  }

  /** Tells of the connection to the peer, from the first attempt on. Ask before connecting. */
  watchConnection(listener: (event: ConnectionEvent) => void): this {
    const { events } = this.#socket;
    events.on("handshake", () => listener("up"));
    events.on("disconnect", () => listener("down"));
    events.on("close", () => listener("refused"));
    return this;
  }

  /** May be called for several addresses. Connecting never fails: libzmq retries until the peer is there. */
  connect(url: string): this {
    this.#socket.connect(url);
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.closed) return;
    await Promise.race([this.#outbox?.flush(), new Promise((resolve) => setTimeout(resolve, lingerMs).unref())]);
    if (!this.#socket.closed) this.#socket.close();
  }
}

/** `notify`: peers that connect or vanish arrive as messages `[identity, ""]` among the others. */
export function router(options: RouterOptions & { readonly notify?: boolean } = {}): ZmqChannel {
  const RouterClass = options.notify ? NotifyingRouter : Router;
  return new ZmqChannel(new RouterClass({ ...common(options.identity), ...neverWaits, handover: true }));
}

export function dealer(options: ConnectOptions = {}): ZmqChannel {
  return new ZmqChannel(new Dealer(common(options.identity)));
}

/** Publishes to every subscriber; frame 0 is the topic. */
export function publisher(): ZmqChannel {
  return new ZmqChannel(new Publisher({ ...neverWaits, sendHighWaterMark: 0, linger: lingerMs }));
}

/** A publisher whose received messages are its subscribers' wishes: after the first one nothing published is lost. */
export function xpublisher(): ZmqChannel {
  return new ZmqChannel(new XPublisher({ ...neverWaits, sendHighWaterMark: 0, linger: lingerMs }));
}

/** Subscribes to everything. */
export function subscriber(): ZmqChannel {
  const socket = new Subscriber({ receiveHighWaterMark: 0, linger: 0 });
  socket.subscribe();
  return new ZmqChannel(socket);
}

function common(identity: string | undefined) {
  return { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: lingerMs, ...(identity && { routingId: identity }) };
}

/** Routers and publishers can always send; told so, zeromq.js does not postpone every 512th message. */
const neverWaits = { sendTimeout: 0 };

async function* silent(): AsyncGenerator<Buffer[]> {}
