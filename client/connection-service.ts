import { systemClock } from "../protocol/clock.ts";
import { abortable, Deferred } from "../protocol/deferred.ts";
import { delimiter, InvalidMessage, openEnvelope } from "../protocol/envelope.ts";
import { type EngineUuid, engineUuid, msgId } from "../protocol/ids.ts";
import type { JsonObject } from "../protocol/json.ts";
import { connectionReply, notifications } from "../protocol/messages/hub.ts";
import type { Message, Outgoing, Session } from "../protocol/session.ts";
import type { ClientChannels } from "./client-channels.ts";
import { type Asking, Inquiries } from "./connection/inquiries.ts";
import { type Patience, Reconnection } from "./connection/reconnection.ts";
import { RequestTraffic } from "./connection/request-traffic.ts";
import { type Listen, soundMessages } from "./connection/sound-messages.ts";
import { EngineDirectory } from "./engine-directory.ts";
import { ConnectError, EngineError, remoteError } from "./errors/failures.ts";
import { HubRecords, read } from "./hub/hub-records.ts";
import { LocalRecords } from "./local/local-records.ts";
import { PendingRequests } from "./requests/pending-requests.ts";
import { readFailure } from "./requests/read-output.ts";
import { engineDied } from "./requests/request.ts";
import { cannedValue } from "./sending/canned-call.ts";

/** How long everything outstanding waits for a controller that is away, where nothing else is said. */
export const defaultPatience: Patience = { timeoutMs: 10_000, whyGone: () => undefined };

/**
 * A client's connection to one controller: sends requests and questions, hands what arrives to the request or question
 * that it belongs to, and keeps the list of engines. It outlives a controller that is started again at the same
 * addresses; what is sent while that is away goes out when it is back.
 */
export class ConnectionService implements AsyncDisposable {
  readonly engines = new EngineDirectory();
  readonly pending: PendingRequests;
  readonly local: LocalRecords;
  readonly records: HubRecords;
  readonly session: Session;
  readonly requests: RequestTraffic;
  readonly #channels: ClientChannels;
  readonly #inquiries: Inquiries;
  readonly #reconnection: Reconnection;
  readonly #changed = new Set<() => void>();
  readonly #sessionBytes: Buffer;
  /** Aborts, with the reason, when nothing can be sent any more. */
  readonly #ended = new AbortController();
  /** Settles when the sockets are closed; they are as soon as the connection has ended. */
  #closed: Promise<void> | undefined;

  constructor(channels: ClientChannels, session: Session, patience: Patience = defaultPatience) {
    this.#channels = channels;
    this.session = session;
    this.#sessionBytes = Buffer.from(session.id);
    this.pending = new PendingRequests(this.engines, (message) => publishedValues(message, session), systemClock);
    this.local = new LocalRecords(this.pending);
    this.#inquiries = new Inquiries(session, () => performance.now());
    this.records = new HubRecords((type, content, signal) => this.#ask({ type, content }, { signal }));
    this.#reconnection = this.#reconnect(patience);
    const listen = soundMessages();
    this.requests = this.#openTraffic(listen);
    listen(channels.query, (frames) => this.#inquiries.takeAnswer(session.unpack(frames)));
    listen(channels.control, (frames) => this.#inquiries.takeAnswer(session.unpack(frames)));
    listen(channels.iopub, (frames) => this.#takeOutput(frames));
    listen(channels.notification, (frames) => this.#takeNotification(session.unpack(frames)));
    channels.watch((event) => {
      if (this.isOpen) this.requests.asSender(() => this.#reconnection[event]());
    });
  }

  /** Asks the hub for its engines, once the subscriptions stand: no engine and no output is missed. */
  async open(): Promise<void> {
    await this.#channels.subscribed;
    const content = await this.askHub("connection_request", {});
    const { engines, languages, receipts, coalesced_parts } = read(connectionReply, content);
    this.requests.adapt({ receipts, coalescedParts: coalesced_parts });
    this.engines.adopt(engines, "languages" in content ? languages : undefined);
  }

  get isOpen(): boolean {
    return !this.#ended.signal.aborted;
  }

  /** Aborts when nothing can be sent any more; its reason says why. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** @throws {ConnectError} when the client is closed, or the controller has gone for good */
  requireOpen(): void {
    if (!this.isOpen) throw new ConnectError(`There is no connection any more: ${endOf(this.ended)}.`);
  }

  /**
   * Content of the hub's answer.
   * @throws {RemoteError} when the hub refuses
   */
  async askHub(type: string, content: JsonObject, signal?: AbortSignal): Promise<JsonObject> {
    return (await this.#ask({ type, content }, { signal })).content;
  }

  /**
   * Sends a control request, which overtakes what the engine is running; content of the answer.
   * @throws {EngineError} when the engine is lost before it answers
   */
  async askEngine(engine: EngineUuid, type: string, content: JsonObject, signal?: AbortSignal): Promise<JsonObject> {
    const idents = [Buffer.from(engine)];
    return (await this.#ask({ type, content, idents }, { engine, signal })).content;
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
    await this.#closed;
  }

  async #ask(outgoing: Outgoing, { engine, signal }: Omit<Asking, "channel">): Promise<Message> {
    this.requireOpen();
    const channel = engine === undefined ? this.#channels.query : this.#channels.control;
    const answer = await this.#inquiries.ask(outgoing, { channel, engine, signal });
    if (answer.content["status"] !== "error") return answer;
    throw remoteError(readFailure(answer.content, engine && this.engines.locate(engine), outgoing.type));
  }

  #openTraffic(listen: Listen): RequestTraffic {
    const { session, engines, pending, local } = this;
    const requireOpen = () => this.requireOpen();
    const onSent = () => {
      if (this.#reconnection.isAway) this.#reconnection.warn();
    };
    return new RequestTraffic(this.#channels, { session, engines, pending, local, listen, requireOpen, onSent });
  }

  #reconnect(patience: Patience): Reconnection {
    return new Reconnection({
      engines: this.engines,
      pending: this.pending,
      inquiries: this.#inquiries,
      records: this.records,
      findMissing: async (signal) => {
        const content = await this.askHub("connection_request", {}, signal);
        const { engines, languages } = read(connectionReply, content);
        const missing = this.engines.update(engines, "languages" in content ? languages : undefined);
        this.#announceEngines();
        return missing;
      },
      engineLost: (uuid) => {
        this.#loseEngine(uuid);
        this.#announceEngines();
      },
      giveUp: (reason, ename) => this.#stop(reason, ename),
      patience,
    });
  }

  /** An engine asks for sources that it does not have any more. One that is lost meanwhile needs none. */
  async #sendSources(message: Message): Promise<void> {
    const request = message.parent && this.pending.get(msgId(message.parent.msg_id));
    const content = this.requests.sources.answer(message, request?.sources);
    await this.askEngine(engineUuid(message.header.session), "sources_request", content).catch(() => {});
  }

  /** Output of other clients' requests passes by here too: it is told by the parent's session, before anything is parsed. */
  #takeOutput(frames: Buffer[]): void {
    const at = frames.findIndex((frame) => frame.equals(delimiter));
    if (!frames[at + 3]?.includes(this.#sessionBytes)) return;
    const message = this.session.read(openEnvelope(frames, this.session));
    if (message.header.msg_type === "sources_wanted") void this.#sendSources(message);
    else this.pending.takeOutput(message);
  }

  #takeNotification(message: Message): void {
    const { header, content } = message;
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
        // Who asked for it is answered by it as well: this may come before the reply.
        this.#inquiries.takeAnswer(message);
        this.#stop("the controller has shut down");
        break;
    }
    this.#announceEngines();
  }

  #announceEngines(): void {
    for (const listener of this.#changed) listener();
  }

  #loseEngine(uuid: EngineUuid): void {
    this.engines.lose(uuid);
    this.pending.engineLost(uuid);
    this.requests.sources.engineLost(uuid);
    this.#inquiries.fail((type, id, engine) => {
      return engine === uuid ? new EngineError(engineDied(this.engines.locate(uuid), id, type)) : undefined;
    });
  }

  #stop(reason: string, ename = "TaskAborted"): void {
    if (!this.isOpen) return;
    this.#ended.abort(new ConnectError(reason));
    this.#reconnection.stop();
    const failure = (method: string) => ({ ename, evalue: reason, traceback: [], method });
    this.pending.failAll(({ method }) => failure(method));
    this.#inquiries.fail((type) => remoteError(failure(type)));
    this.#announceEngines();
    this.#closed = this.#close();
  }

  async #close(): Promise<void> {
    await this.requests[Symbol.asyncDispose]();
    await this.#channels[Symbol.asyncDispose]();
  }
}

const endOf = ({ reason }: AbortSignal): string => (reason instanceof Error ? reason.message : String(reason));

/** What another language's `publishData` sent cannot be read here: that is no reason to end the program. */
function publishedValues(message: Message, { signer }: Session): unknown {
  try {
    return cannedValue(message, signer);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidMessage(`published data: ${reason}`, { cause });
  }
}
