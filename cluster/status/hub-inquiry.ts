import { randomBytes } from "node:crypto";
import { channelUrl } from "../../protocol/channel-url.ts";
import type { ClientConnection } from "../../protocol/connection-file.ts";
import { abortable, Deferred } from "../../protocol/deferred.ts";
import { InvalidMessage } from "../../protocol/envelope.ts";
import { sessionId } from "../../protocol/ids.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { openPacker } from "../../protocol/open-packer.ts";
import { Session } from "../../protocol/session.ts";
import { Signer } from "../../protocol/signature.ts";
import { curveClient } from "../../transport/curve.ts";
import { thisHost } from "../../transport/this-host.ts";
import { type ConnectionEvent, dealer, type ZmqChannel } from "../../transport/zmq-channel.ts";

/** The hub cannot be asked; the message names its address, the reason and the next step. */
export class NoAnswer extends Error {
  override name = "NoAnswer";
}

/** Attempts, 0.1 s apart: a controller that has written its file listens already. */
const attempts = 10;

/** Asks the hub, on one connection: no client is registered, nothing is subscribed to. */
export class HubInquiry implements AsyncDisposable {
  /** `host:port`, as seen from here. */
  readonly address: string;
  readonly #channel: ZmqChannel;
  readonly #session: Session;
  readonly #answers = new Map<string, Deferred<JsonObject>>();
  readonly #failed = new Deferred<never>();
  #refusals = 0;

  /** @param file the connection file, for messages */
  static async open(connection: ClientConnection, file: string): Promise<HubInquiry> {
    const session = new Session({
      id: sessionId(randomBytes(16)),
      signer: new Signer(connection.key, connection.signature_scheme),
      packer: await openPacker(connection, file),
      pid: process.pid,
    });
    return new HubInquiry(connection, session);
  }

  private constructor(connection: ClientConnection, session: Session) {
    const url = channelUrl(connection, connection.registration, thisHost());
    this.address = url.replace(/^\w+:\/\//, "");
    this.#session = session;
    // Whoever does not ask does not hear of it.
    this.#failed.promise.catch(() => undefined);
    this.#channel = dealer({ curve: curveClient(connection.curve_serverkey) });
    this.#channel.watchConnection((event) => this.#follow(event));
    this.#channel.connect(url).listen((frames) => this.#take(frames));
  }

  /**
   * Content of the answer, whether it is what was asked for or a refusal (`status: "error"`).
   * @throws {NoAnswer} when none comes within the time
   */
  async ask(type: string, content: JsonObject, timeoutMs: number): Promise<JsonObject> {
    const header = this.#session.header(type);
    const answer = new Deferred<JsonObject>();
    this.#answers.set(header.msg_id, answer);
    this.#channel.send(this.#session.pack({ type, content, header }));
    const late = new NoAnswer(
      `The controller at ${this.address} does not answer within ${timeoutMs / 1000} s: it hangs, or is stopped, or cannot be reached from here. \`ipcluster logs\` may tell why.`,
    );
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(late), timeoutMs);
    try {
      return await abortable(Promise.race([answer.promise, this.#failed.promise]), timeout.signal);
    } finally {
      clearTimeout(timer);
      this.#answers.delete(header.msg_id);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#channel[Symbol.asyncDispose]();
  }

  #take(frames: Buffer[]): void {
    try {
      const { parent, content } = this.#session.unpack(frames);
      if (parent) this.#answers.get(parent.msg_id)?.resolve(content);
    } catch (error) {
      // Without a sound answer the question ends by its timeout.
      if (!(error instanceof InvalidMessage)) throw error;
    }
  }

  #follow(event: ConnectionEvent): void {
    this.#refusals = event === "refused" || event === "rejected" ? this.#refusals + 1 : 0;
    if (event === "incompatible" || (event === "rejected" && this.#refusals >= attempts))
      this.#failed.reject(
        new NoAnswer(
          `The controller at ${this.address} encrypts with other keys than its connection file says: the file is not the one it wrote. Restart the cluster.`,
        ),
      );
    else if (this.#refusals >= attempts)
      this.#failed.reject(
        new NoAnswer(
          `Nobody listens at ${this.address}: the controller has ended, or it runs on a machine that cannot be reached from here. \`ipcluster logs\` may tell why; \`ipcluster stop\`, then \`ipcluster start\` begin anew.`,
        ),
      );
  }
}
