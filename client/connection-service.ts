import type { z } from "zod";
import { systemClock } from "../protocol/clock.ts";
import { abortable, Deferred } from "../protocol/deferred.ts";
import { delimiter, InvalidMessage, openEnvelope } from "../protocol/envelope.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../protocol/ids.ts";
import type { JsonObject } from "../protocol/json.ts";
import { connectionReply, firstIssue, notifications } from "../protocol/messages/hub.ts";
import type { Message, Outgoing, Session } from "../protocol/session.ts";
import type { Channel } from "../transport/channel.ts";
import type { ClientChannels } from "./client-channels.ts";
import { EngineDirectory } from "./engine-directory.ts";
import { ConnectError, EngineError, remoteError } from "./errors/failures.ts";
import { cannedValue } from "./requests/canned-call.ts";
import { PendingRequests } from "./requests/pending-requests.ts";
import { readFailure } from "./requests/read-output.ts";
import { engineDied, Request, type RequestObserver, type RequestPlan } from "./requests/request.ts";

/** What goes into a request beside its header: the same for each engine that gets it. */
export type Payload = Pick<Outgoing, "content" | "metadata" | "buffers">;

/** A question to the hub, or to an engine's control channel, that is not answered yet. */
interface Inquiry {
  readonly type: string;
  readonly answer: Deferred<Message>;
  readonly engine: EngineUuid | undefined;
}

/**
 * A client's connection to one controller: sends requests and questions, hands what arrives to the request or question
 * that it belongs to, and keeps the list of engines.
 */
export class ConnectionService implements AsyncDisposable {
  readonly engines = new EngineDirectory();
  readonly pending: PendingRequests;
  readonly session: Session;
  readonly #channels: ClientChannels;
  readonly #inquiries = new Map<MsgId, Inquiry>();
  readonly #changed = new Set<() => void>();
  readonly #sessionBytes: Buffer;
  /** Why nothing can be sent any more. */
  #end: string | undefined;
  #hasWarned = false;

  constructor(channels: ClientChannels, session: Session) {
    this.#channels = channels;
    this.session = session;
    this.#sessionBytes = Buffer.from(session.id);
    this.pending = new PendingRequests(this.engines, (message) => cannedValue(message, session.signer), systemClock);
    this.#listen(channels.query, (frames) => this.#takeAnswer(session.unpack(frames)));
    this.#listen(channels.control, (frames) => this.#takeAnswer(session.unpack(frames)));
    this.#listen(channels.mux, (frames) => this.pending.takeReply(session.unpack(frames)));
    this.#listen(channels.task, (frames) => this.pending.takeReply(session.unpack(frames)));
    this.#listen(channels.iopub, (frames) => this.#takeOutput(frames));
    void channels.lost.then(() => this.#stop("the connection to the controller broke"));
    this.#listen(channels.notification, (frames) => this.#takeNotification(session.unpack(frames)));
  }

  /** Asks the hub for its engines, once the subscriptions stand: no engine and no output is missed. */
  async open(): Promise<void> {
    await this.#channels.subscribed;
    const content = await this.askHub("connection_request", {});
    const { engines, languages } = read(connectionReply, content);
    this.engines.adopt(engines, "languages" in content ? languages : undefined);
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** @throws {ConnectError} when the client is closed or the controller has shut down */
  requireOpen(): void {
    if (this.#end !== undefined) throw new ConnectError(`There is no connection any more: ${this.#end}.`);
  }

  /**
   * Sends a request to one engine.
   * @throws {ConnectError} when the client is closed or the controller has shut down
   */
  sendToEngine(engine: EngineUuid, payload: Payload, plan: RequestPlan, observer: RequestObserver): Request {
    return this.#send(this.#channels.mux, payload, plan, { engine, observer });
  }

  /**
   * Sends a task to the scheduler, which chooses the engine.
   * @throws {ConnectError} when the client is closed or the controller has shut down
   */
  sendTask(payload: Payload, plan: RequestPlan, observer: RequestObserver): Request {
    return this.#send(this.#channels.task, payload, plan, { observer });
  }

  /**
   * Content of the hub's answer.
   * @throws {RemoteError} when the hub refuses
   */
  async askHub(type: string, content: JsonObject, signal?: AbortSignal): Promise<JsonObject> {
    return this.#ask(this.#channels.query, { type, content }, undefined, signal);
  }

  /**
   * Sends a control request, which overtakes what the engine is running; content of the answer.
   * @throws {EngineError} when the engine is lost before it answers
   */
  async askEngine(engine: EngineUuid, type: string, content: JsonObject, signal?: AbortSignal): Promise<JsonObject> {
    const idents = [Buffer.from(engine)];
    return this.#ask(this.#channels.control, { type, content, idents }, engine, signal);
  }

  /** Resolves at the next change of the list of engines. */
  async enginesChange(signal?: AbortSignal): Promise<void> {
    const change = new Deferred<void>();
    const listener = () => change.resolve();
    this.#changed.add(listener);
    try {
      await abortable(change.promise, signal);
    } finally {
      this.#changed.delete(listener);
    }
  }

  /** Fails what is outstanding and closes the sockets. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop("the client was closed");
    const { query, mux, task, control, iopub, notification } = this.#channels;
    const channels = [query, mux, task, control, iopub, notification];
    await Promise.all(channels.map((channel) => channel[Symbol.asyncDispose]()));
  }

  #send(channel: Channel, payload: Payload, plan: RequestPlan, to: Recipient): Request {
    this.requireOpen();
    const type = `${plan.method}_request`;
    const header = this.session.header(type);
    const request = new Request(header, plan, to.observer, to.engine);
    const idents = to.engine === undefined ? [] : [Buffer.from(to.engine)];
    const frames = this.session.pack({ type, header, idents, ...payload });
    this.pending.add(request);
    channel.send(frames);
    return request;
  }

  async #ask(channel: Channel, outgoing: Outgoing, engine?: EngineUuid, signal?: AbortSignal): Promise<JsonObject> {
    this.requireOpen();
    const header = this.session.header(outgoing.type);
    const inquiry = { type: outgoing.type, engine, answer: new Deferred<Message>() };
    this.#inquiries.set(msgId(header.msg_id), inquiry);
    try {
      channel.send(this.session.pack({ ...outgoing, header }));
      const { content } = await abortable(inquiry.answer.promise, signal);
      if (content["status"] !== "error") return content;
      throw remoteError(readFailure(content, engine && this.engines.locate(engine), outgoing.type));
    } finally {
      this.#inquiries.delete(msgId(header.msg_id));
    }
  }

  /** A message that is not sound is dropped; anything else that goes wrong is a bug. */
  #listen(channel: Channel, take: (frames: Buffer[]) => void): void {
    channel.listen((frames) => {
      try {
        take(frames);
      } catch (error) {
        if (!(error instanceof InvalidMessage)) throw error;
        if (!this.#hasWarned) process.emitWarning(`A message was dropped: ${error.message}; later ones silently.`);
        this.#hasWarned = true;
      }
    });
  }

  #takeAnswer(message: Message): void {
    if (message.parent) this.#inquiries.get(msgId(message.parent.msg_id))?.answer.resolve(message);
  }

  /** Output of other clients' requests passes by here too: it is told by the parent's session, before anything is parsed. */
  #takeOutput(frames: Buffer[]): void {
    const at = frames.findIndex((frame) => frame.equals(delimiter));
    if (!frames[at + 3]?.includes(this.#sessionBytes)) return;
    this.pending.takeOutput(this.session.read(openEnvelope(frames, this.session)));
  }

  #takeNotification({ header, content }: Message): void {
    switch (header.msg_type) {
      case "registration_notification": {
        const { id, uuid, language } = read(notifications.registration_notification, content);
        this.engines.join(id, uuid, language);
        break;
      }
      case "unregistration_notification":
        this.#loseEngine(engineUuid(read(notifications.unregistration_notification, content).uuid));
        break;
      case "shutdown_notification":
        this.#stop("the controller has shut down");
        break;
    }
    for (const listener of this.#changed) listener();
  }

  #loseEngine(uuid: EngineUuid): void {
    this.engines.lose(uuid);
    this.pending.engineLost(uuid);
    for (const [id, inquiry] of this.#inquiries)
      if (inquiry.engine === uuid)
        inquiry.answer.reject(new EngineError(engineDied(this.engines.locate(uuid), id, inquiry.type)));
  }

  #stop(reason: string): void {
    this.#end ??= reason;
    const failure = (method: string) => ({ ename: "TaskAborted", evalue: reason, traceback: [], method });
    this.pending.failAll(({ method }) => failure(method));
    for (const { answer, type } of this.#inquiries.values()) answer.reject(remoteError(failure(type)));
    for (const listener of this.#changed) listener();
  }
}

/** @throws {InvalidMessage} naming the first field at fault */
function read<Schema extends z.ZodType>(schema: Schema, content: JsonObject): z.infer<Schema> {
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw new InvalidMessage(firstIssue(parsed.error));
  return parsed.data;
}

interface Recipient {
  readonly observer: RequestObserver;
  readonly engine?: EngineUuid;
}
