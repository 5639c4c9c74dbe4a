import { AsyncLocalStorage } from "node:async_hooks";
import { lendsMemory } from "../canning/lent-frames.ts";
import { systemClock } from "../protocol/clock.ts";
import { abortable, Deferred } from "../protocol/deferred.ts";
import { delimiter, InvalidMessage, openEnvelope } from "../protocol/envelope.ts";
import { currentHost } from "../protocol/host.ts";
import { type EngineUuid, engineUuid, msgId } from "../protocol/ids.ts";
import type { JsonObject } from "../protocol/json.ts";
import { connectionReply, notifications } from "../protocol/messages/hub.ts";
import type { Message, Outgoing, Session } from "../protocol/session.ts";
import type { Channel } from "../transport/channel.ts";
import { ReceiptedChannel } from "../transport/receipts.ts";
import type { ClientChannels } from "./client-channels.ts";
import { type Asking, Inquiries } from "./connection/inquiries.ts";
import { type Patience, Reconnection } from "./connection/reconnection.ts";
import { EngineDirectory } from "./engine-directory.ts";
import { ConnectError, EngineError, remoteError } from "./errors/failures.ts";
import { HubRecords, read } from "./hub/hub-records.ts";
import { LocalRecords } from "./local/local-records.ts";
import { copyId, repliesIn } from "./requests/broadcast-replies.ts";
import { type CannedCall, cannedValue } from "./requests/canned-call.ts";
import { EngineSources } from "./requests/engine-sources.ts";
import { Lending } from "./requests/lending.ts";
import { PendingRequests } from "./requests/pending-requests.ts";
import { readFailure } from "./requests/read-output.ts";
import { engineDied, Request, type RequestObserver, type RequestPlan } from "./requests/request.ts";

/** What goes into a request beside its header: the same for each engine that gets it. */
export type Payload = Pick<Outgoing, "content" | "metadata" | "buffers"> & Pick<CannedCall, "sources">;

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
  readonly sources = new EngineSources();
  readonly #channels: ClientChannels;
  readonly #mux: ReceiptedChannel;
  readonly #task: ReceiptedChannel;
  readonly #broadcast: ReceiptedChannel;
  readonly #inquiries: Inquiries;
  readonly #reconnection: Reconnection;
  readonly #changed = new Set<() => void>();
  readonly #sessionBytes: Buffer;
  /** Aborts, with the reason, when nothing can be sent any more. */
  readonly #ended = new AbortController();
  /** Runs something as if the cell did that sent last: what it prints is shown there. */
  #asSender = (action: () => void): void => action();
  #hasWarned = false;
  #givesReceipts = false;
  #coalesces = false;

  constructor(channels: ClientChannels, session: Session, patience: Patience = defaultPatience) {
    this.#channels = channels;
    this.#mux = new ReceiptedChannel(channels.mux);
    this.#task = new ReceiptedChannel(channels.task);
    this.#broadcast = new ReceiptedChannel(channels.broadcast);
    this.session = session;
    this.#sessionBytes = Buffer.from(session.id);
    this.pending = new PendingRequests(this.engines, (message) => publishedValues(message, session), systemClock);
    this.local = new LocalRecords(this.pending);
    this.#inquiries = new Inquiries(session, () => performance.now());
    this.records = new HubRecords((type, content, signal) => this.#ask({ type, content }, { signal }));
    this.#reconnection = this.#reconnect(patience);
    this.#listen(channels.query, (frames) => this.#inquiries.takeAnswer(session.unpack(frames)));
    this.#listen(channels.control, (frames) => this.#inquiries.takeAnswer(session.unpack(frames)));
    this.#listen(this.#mux, (frames) => this.#takeReply(session.unpack(frames)));
    this.#listen(this.#task, (frames) => this.#takeReply(session.unpack(frames)));
    this.#listen(this.#broadcast, (frames) => {
      for (const reply of repliesIn(session.unpack(frames))) this.#takeReply(reply);
    });
    this.#listen(channels.iopub, (frames) => this.#takeOutput(frames));
    this.#listen(channels.notification, (frames) => this.#takeNotification(session.unpack(frames)));
    channels.watch((event) => {
      if (this.isOpen) this.#asSender(() => this.#reconnection[event]());
    });
  }

  /** Asks the hub for its engines, once the subscriptions stand: no engine and no output is missed. */
  async open(): Promise<void> {
    await this.#channels.subscribed;
    const content = await this.askHub("connection_request", {});
    const { engines, languages, receipts, coalesced_parts } = read(connectionReply, content);
    this.#givesReceipts = receipts;
    this.#coalesces = coalesced_parts;
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
   * Sends a request to one engine.
   * @throws {ConnectError} when the client is closed, or the controller has gone for good
   */
  sendToEngine(engine: EngineUuid, payload: Payload, plan: RequestPlan, observer: RequestObserver): Request {
    return this.#send(this.#mux, payload, plan, { engine, observer });
  }

  /**
   * Sends a task to the scheduler, which chooses the engine.
   * @throws {ConnectError} when the client is closed, or the controller has gone for good
   */
  sendTask(payload: Payload, plan: RequestPlan, observer: RequestObserver): Request {
    return this.#send(this.#task, payload, plan, { observer });
  }

  /**
   * Sends one message to several engines; each has a request of its own, as if it had been sent to it alone.
   * @throws {ConnectError} when the client is closed, or the controller has gone for good
   */
  sendBroadcast(
    { engines, coalescing }: BroadcastRecipients,
    payload: Payload,
    { plan, observer }: { readonly plan: RequestPlan; readonly observer: RequestObserver },
  ): readonly Request[] {
    this.requireOpen();
    const type = `${plan.method}_request`;
    const header = this.session.header(type);
    const metadata = {
      ...payload.metadata,
      targets: engines.map((uuid) => [uuid, this.engines.id(uuid) ?? null]),
      is_broadcast: true,
      is_coalescing: coalescing && this.#coalesces,
      coalesced_parts: true,
    };
    const frames = this.session.pack({ type, header, ...payload, metadata });
    const requests = engines.map((uuid) => {
      return new Request({ ...header, msg_id: copyId(header.msg_id, uuid) }, plan, observer, uuid);
    });
    this.#launch(this.#broadcast, frames, { requests, isTracked: plan.isTracked, payload });
    return requests;
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
    await Promise.all([this.#mux, this.#task, this.#broadcast].map((channel) => channel[Symbol.asyncDispose]()));
    await this.#channels[Symbol.asyncDispose]();
  }

  #send(channel: ReceiptedChannel, payload: Payload, plan: RequestPlan, to: Recipient): Request {
    this.requireOpen();
    const type = `${plan.method}_request`;
    const header = this.session.header(type);
    const request = new Request(header, plan, to.observer, to.engine);
    const idents = to.engine === undefined ? [] : [Buffer.from(to.engine)];
    const frames = this.session.pack({ type, header, idents, ...payload });
    this.#launch(channel, frames, { requests: [request], isTracked: plan.isTracked, payload });
    return request;
  }

  #launch(channel: ReceiptedChannel, frames: Buffer[], { requests, isTracked, payload }: Launch): void {
    const lending = lendsMemory(payload.buffers ?? [])
      ? new Lending(this.#givesReceipts ? () => channel.whenReceived() : undefined)
      : undefined;
    for (const request of requests) {
      request.lending = lending;
      request.sources = payload.sources;
      this.pending.add(request);
      this.local.add(request);
    }
    if (currentHost()) this.#asSender = AsyncLocalStorage.snapshot();
    channel.send(frames);
    if (isTracked) void lending?.whenReturned();
    if (this.#reconnection.isAway) this.#reconnection.warn();
  }

  async #ask(outgoing: Outgoing, { engine, signal }: Omit<Asking, "channel">): Promise<Message> {
    this.requireOpen();
    const channel = engine === undefined ? this.#channels.query : this.#channels.control;
    const answer = await this.#inquiries.ask(outgoing, { channel, engine, signal });
    if (answer.content["status"] !== "error") return answer;
    throw remoteError(readFailure(answer.content, engine && this.engines.locate(engine), outgoing.type));
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

  #takeReply(reply: Message): void {
    const request = reply.parent && this.pending.get(msgId(reply.parent.msg_id));
    this.pending.takeReply(reply);
    if (!request?.sources || request.outcome?.status !== "ok") return;
    if (request.engine !== undefined) this.sources.confirm(request.engine, request.sources);
    request.sources = undefined;
  }

  /** An engine asks for sources that it does not have any more. One that is lost meanwhile needs none. */
  async #sendSources(message: Message): Promise<void> {
    const request = message.parent && this.pending.get(msgId(message.parent.msg_id));
    const content = this.sources.answer(message, request?.sources);
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
    this.sources.engineLost(uuid);
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
  }
}

const endOf = ({ reason }: AbortSignal): string => (reason instanceof Error ? reason.message : String(reason));

interface Recipient {
  readonly observer: RequestObserver;
  readonly engine?: EngineUuid;
}

interface BroadcastRecipients {
  readonly engines: readonly EngineUuid[];
  /** Whether the controller answers by one message when all have answered, if it can. */
  readonly coalescing: boolean;
}

/** Requests that leave in one message. */
interface Launch {
  readonly requests: readonly Request[];
  readonly isTracked: boolean | undefined;
  readonly payload: Payload;
}

/** What another language's `publishData` sent cannot be read here: that is no reason to end the program. */
function publishedValues(message: Message, { signer }: Session): unknown {
  try {
    return cannedValue(message, signer);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidMessage(`published data: ${reason}`, { cause });
  }
}
