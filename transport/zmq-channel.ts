import { context, Dealer, Publisher, Router, Subscriber, XPublisher } from "zeromq";
import type { Channel, Frames } from "./channel.ts";
import { sendable } from "./copied-frames.ts";
import { type Curve, curveOptions } from "./curve.ts";
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
/** A client has some twenty, its watches of connections included: libzmq's 1,023 would not do for fifty clients. */
context.maxSockets = 16_384;

class NotifyingRouter extends Router {
  constructor(options: ConstructorParameters<typeof Router>[0]) {
    super(options);
    this.setInt32Option(routerNotify.option, routerNotify.connectAndDisconnect);
  }
}

export interface SocketOptions {
  /** Whether and how connections are encrypted; the other side must do the same, or none comes about. */
  readonly curve?: Curve | undefined;
  /** Bytes of the largest frame that is taken; a peer that sends a larger one is disconnected. Without it, any. */
  readonly largestFrame?: number;
}

export interface RouterOptions extends SocketOptions {
  /** Routing id shown to peers that are routers themselves. */
  readonly identity?: string;
  /** Peers that connect or vanish arrive as messages `[identity, ""]` among the others. */
  readonly notify?: boolean;
}

export interface DealerOptions extends SocketOptions {
  /** Routing id by which the bound router knows this socket. */
  readonly identity?: string;
}

/**
 * What becomes of a connection. `up`: the handshake is done; only now a subscription stands, and what was published
 * before is lost. `down`: it broke. `refused`: nobody listens. `rejected`: somebody does, but broke off the handshake, as
 * with other keys. After the last two libzmq tries again, 0.1 s later. `incompatible`: the other side is not encrypted
 * alike, or speaks another protocol: libzmq does not try again.
 */
export type ConnectionEvent = "up" | "down" | "refused" | "rejected" | "incompatible";

const handshakeFailures = ["handshake:error:protocol", "handshake:error:auth", "handshake:error:other"] as const;

const brokenOff = "it broke off the handshake: it does not encrypt alike, or is a socket of another kind";

/** What the codes of failed handshakes mean here (libzmq 4.3, `zmq_socket_monitor`). */
const handshakeProblems: Readonly<Record<string, string>> = {
  ERR_ZMTP_CRYPTOGRAPHIC: "it has another server key than this controller's",
  ERR_ZMTP_MECHANISM_MISMATCH: "one side encrypts with CURVE and the other does not",
  // What comes of the same when the other side notices first.
  EPIPE: brokenOff,
  ECONNRESET: brokenOff,
  EAGAIN: brokenOff,
};

function problemOf(error: Error): string {
  const code = "code" in error ? String(error.code) : error.message;
  return handshakeProblems[code] ?? `its handshake failed (${code})`;
}

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
    this.#speakIpv6(url);
    try {
      await this.#socket.bind(url.replace(/:0$/, ":*"));
    } catch (cause) {
      throw new Error(`Cannot listen on ${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
    this.#port = Number(/:(\d+)$/.exec(this.#socket.lastEndpoint ?? "")?.[1] ?? 0);
    return this;
  }

  /** @param url as bound, with its port */
  async unbind(url: string): Promise<void> {
    await this.#socket.unbind(url);
  }

  /** Tells of the connection to the peer, from the first attempt on. Ask before connecting. */
  watchConnection(listener: (event: ConnectionEvent) => void): this {
    const { events } = this.#socket;
    let isUp = false;
    events.on("handshake", () => {
      isUp = true;
      listener("up");
    });
    events.on("disconnect", () => {
      if (isUp) listener("down");
      isUp = false;
    });
    events.on("close", () => listener("refused"));
    events.on("handshake:error:other", () => listener("rejected"));
    events.on("handshake:error:auth", () => listener("rejected"));
    events.on("handshake:error:protocol", () => listener("incompatible"));
    return this;
  }

  /** Tells of peers that connect to this bound socket and fail the handshake: what was wrong with it. */
  watchRejections(listener: (reason: string) => void): this {
    const { events } = this.#socket;
    for (const failure of handshakeFailures) events.on(failure, ({ error }) => listener(problemOf(error)));
    return this;
  }

  /** May be called for several addresses. Connecting never fails: libzmq retries until the peer is there. */
  connect(url: string): this {
    this.#speakIpv6(url);
    this.#socket.connect(url);
    return this;
  }

  /** Only where an address needs it: a socket that speaks both looks names up in IPv6 first. */
  #speakIpv6(url: string): void {
    if (url.includes("//[") && !this.#socket.ipv6) this.#socket.ipv6 = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.closed) return;
    await Promise.race([this.#outbox?.flush(), new Promise((resolve) => setTimeout(resolve, lingerMs).unref())]);
    if (!this.#socket.closed) this.#socket.close();
  }
}

export function router(options: RouterOptions = {}): ZmqChannel {
  const RouterClass = options.notify ? NotifyingRouter : Router;
  return new ZmqChannel(new RouterClass({ ...addressed(options), ...neverWaits, handover: true }));
}

export function dealer(options: DealerOptions = {}): ZmqChannel {
  return new ZmqChannel(new Dealer(addressed(options)));
}

/** Publishes to every subscriber; frame 0 is the topic. */
export function publisher(options: SocketOptions = {}): ZmqChannel {
  return new ZmqChannel(new Publisher({ ...common(options), ...neverWaits, sendHighWaterMark: 0, linger: lingerMs }));
}

/** A publisher whose received messages are its subscribers' wishes: after the first one nothing published is lost. */
export function xpublisher(options: SocketOptions = {}): ZmqChannel {
  return new ZmqChannel(new XPublisher({ ...common(options), ...neverWaits, sendHighWaterMark: 0, linger: lingerMs }));
}

/** Subscribes to everything. */
export function subscriber(options: SocketOptions = {}): ZmqChannel {
  const socket = new Subscriber({ ...common(options), receiveHighWaterMark: 0, linger: 0 });
  socket.subscribe();
  return new ZmqChannel(socket);
}

function common({ curve, largestFrame }: SocketOptions) {
  return { ...curveOptions(curve), ...(largestFrame !== undefined && { maxMessageSize: largestFrame }) };
}

function addressed(options: DealerOptions) {
  const { identity } = options;
  const queues = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: lingerMs };
  return { ...common(options), ...queues, ...(identity && { routingId: identity }) };
}

/** Routers and publishers can always send; told so, zeromq.js does not postpone every 512th message. */
const neverWaits = { sendTimeout: 0 };

async function* silent(): AsyncGenerator<Buffer[]> {}
