import { randomBytes } from "node:crypto";
import { sessionId } from "../../protocol/ids.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { type Message, type Outgoing, Session } from "../../protocol/session.ts";
import { Signer } from "../../protocol/signature.ts";
import { dealer, router, subscriber, type ZmqChannel } from "../../transport/zmq-channel.ts";
import type { RunningController } from "./ipcontroller.ts";

type Connection = RunningController["engine"] | RunningController["client"];

const url = (connection: Connection, port: number) => `${connection.interface}:${port}`;

function openSession({ key }: Connection): Session {
  return new Session({ id: sessionId(randomBytes(16)), signer: new Signer(key), pid: process.pid });
}

/** A channel of a session, read message by message. */
class Line implements AsyncDisposable {
  readonly #channel: ZmqChannel;
  readonly #session: Session;
  readonly #messages: AsyncIterator<Buffer[]>;

  constructor(channel: ZmqChannel, session: Session) {
    this.#channel = channel;
    this.#session = session;
    this.#messages = channel.messages[Symbol.asyncIterator]();
  }

  send(message: Outgoing): void {
    this.#channel.send(this.#session.pack(message));
  }

  sendFrames(frames: readonly Buffer[]): void {
    this.#channel.send(frames);
  }

  async receive(): Promise<Message> {
    const next = await this.#messages.next();
    if (next.done) throw new Error("The channel was closed.");
    return this.#session.unpack(next.value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#channel[Symbol.asyncDispose]();
  }
}

/** An engine in the wire's frames that runs nothing: the test answers in its place. */
export class WireEngine implements AsyncDisposable {
  readonly session: Session;
  readonly registration: Line;
  /** Direct, balanced and broadcast requests. */
  readonly shell: Line;
  readonly #heart: readonly ZmqChannel[];

  constructor(connection: RunningController["engine"]) {
    this.session = openSession(connection);
    const identity = this.session.id;
    this.registration = new Line(dealer({ identity }).connect(url(connection, connection.registration)), this.session);
    const shell = router({ identity });
    for (const port of [connection.mux, connection.task, ...connection.broadcast]) shell.connect(url(connection, port));
    this.shell = new Line(shell, this.session);
    const pings = subscriber().connect(url(connection, connection.hb_ping));
    const pongs = dealer({ identity }).connect(url(connection, connection.hb_pong));
    pings.listen((ping) => pongs.send(ping));
    this.#heart = [pings, pongs];
  }

  /** @returns the id that the hub gave */
  async register(content: JsonObject = {}): Promise<number> {
    this.registration.send({ type: "registration_request", content: { uuid: this.session.id, ...content } });
    return Number((await this.registration.receive()).content["id"]);
  }

  /** As a frozen process: its connections stand, but its heart is silent. */
  async stopHeart(): Promise<void> {
    for (const channel of this.#heart) await channel[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopHeart();
    await this.registration[Symbol.asyncDispose]();
    await this.shell[Symbol.asyncDispose]();
  }
}

/** A client in the wire's frames. */
export class WireClient implements AsyncDisposable {
  readonly session: Session;
  readonly hub: Line;
  readonly mux: Line;
  readonly task: Line;
  readonly control: Line;
  readonly notifications: Line;

  constructor(connection: RunningController["client"]) {
    this.session = openSession(connection);
    const open = (port: number) => new Line(dealer().connect(url(connection, port)), this.session);
    this.hub = open(connection.registration);
    this.mux = open(connection.mux);
    this.task = open(connection.task);
    this.control = open(connection.control);
    this.notifications = new Line(subscriber().connect(url(connection, connection.notification)), this.session);
  }

  async ask(type: string, content: JsonObject = {}): Promise<JsonObject> {
    this.hub.send({ type, content });
    return (await this.hub.receive()).content;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of [this.hub, this.mux, this.task, this.control, this.notifications])
      await line[Symbol.asyncDispose]();
  }
}
