import type { Logger } from "../../cli/logger.ts";
import { type Envelope, type Header, InvalidMessage, openEnvelope } from "../../protocol/envelope.ts";
import { type EngineUuid, engineUuid } from "../../protocol/ids.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { type HubRequest, isHubRequestType, parseHubRequest } from "../../protocol/messages/hub.ts";
import type { Message, Session } from "../../protocol/session.ts";
import type { Channel } from "../../transport/channel.ts";
import type { Complaints } from "../complaints.ts";
import { queueStatus, type Work } from "./queue-status.ts";
import { Refusal } from "./refusal.ts";
import type { Application, Engine } from "./registry.ts";

/** Told of every engine that joins or leaves, in order. */
export interface EngineObserver {
  engineJoined(engine: Engine): void;
  engineLost(engine: Engine): void;
}

export interface HubServiceOptions {
  readonly session: Session;
  /** Router for requests of engines and clients. */
  readonly requests: Channel;
  /** Publisher to the clients. */
  readonly notifications: Channel;
  readonly work: Work;
  /** Watches the hearts of engines that registered. */
  readonly hearts: { expect(heart: EngineUuid): void; forget(heart: EngineUuid): void };
  readonly observers: readonly EngineObserver[];
  readonly heartbeatMs: number;
  /** Where engines connect: they are told again when they register. */
  readonly engineConnection: JsonObject;
  /** A client asked the controller to end. */
  readonly shutDown: () => void;
  readonly complaints: Complaints;
  readonly log: Logger;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

interface Answer {
  readonly type: string;
  readonly content: JsonObject;
}

/** Knows the engines, answers requests about them and publishes their coming and going (wire protocol §6–8). */
export class HubService {
  readonly #options: HubServiceOptions;

  constructor(options: HubServiceOptions) {
    this.#options = options;
    options.requests.listen(options.complaints.guard("registration", (frames) => this.#receive(frames)));
  }

  /** The first heartbeat of a pending engine completes its registration. */
  heartStarted(heart: EngineUuid): void {
    const engine = this.#options.work.registry.finish(heart);
    if (!engine) return;
    this.#options.log.info(`engine ${engine.id} registered (${engine.uuid})`);
    const language = engine.language === undefined ? {} : { language: engine.language };
    for (const observer of this.#options.observers) observer.engineJoined(engine);
    this.#publish("registration_notification", { id: engine.id, uuid: engine.uuid, ...language });
  }

  /** @param reason for the log */
  engineGone(uuid: EngineUuid, reason: string): void {
    const engine = this.#options.work.registry.get(uuid);
    if (engine) this.#unregister(engine, reason);
  }

  /** Gives up engines that registered but never showed a heartbeat. */
  purgeStalled(): void {
    for (const { id, uuid } of this.#options.work.registry.purge(this.#options.now())) {
      this.#options.hearts.forget(uuid);
      this.#options.log.warn(`engine ${id} registered but sent no heartbeat; it was forgotten`);
    }
  }

  #receive(frames: readonly Buffer[]): void {
    const { session } = this.#options;
    const envelope = openEnvelope(frames, session);
    const message = session.read(envelope);
    const answer = this.#answerOrRefuse(envelope, message);
    if (!answer) return;
    // An engine that registers gets an empty parent, as from ipyparallel's hub.
    const parent = answer.type === "registration_reply" ? undefined : envelope.header;
    this.#options.requests.send(session.pack({ ...answer, parent, idents: envelope.idents }));
  }

  #answerOrRefuse({ header }: Envelope, { content }: Message): Answer | undefined {
    try {
      if (!isHubRequestType(header.msg_type))
        throw new Refusal("KeyError", `This controller does not answer ${header.msg_type}`);
      return this.#answer(parseHubRequest(header.msg_type, content), header);
    } catch (error) {
      if (error instanceof Refusal) return { type: "hub_error", content: error.content };
      if (!(error instanceof InvalidMessage)) throw error;
      return { type: "hub_error", content: new Refusal("ValueError", error.message).content };
    }
  }

  #answer(request: HubRequest, header: Header): Answer | undefined {
    switch (request.type) {
      case "registration_request":
        return { type: "registration_reply", content: this.#register(request.content) };
      case "unregistration_request":
        this.#cancel(request.content.id);
        return undefined;
      case "connection_request":
        return { type: "connection_reply", content: this.#connect() };
      case "queue_request":
        return { type: "queue_reply", content: queueStatus(request.content, this.#options.work) };
      case "shutdown_request":
        return { type: "shutdown_reply", content: this.#shutDown(header) };
      default:
        throw new Refusal("KeyError", `This controller does not answer ${request.type}`);
    }
  }

  #register(content: { uuid: string; id?: number | null | undefined; language?: string | undefined }): JsonObject {
    const { work, hearts, now, heartbeatMs, engineConnection } = this.#options;
    const application: Application = { ...content, uuid: engineUuid(content.uuid) };
    const engine = work.registry.apply(application, now());
    if (!engine) return new Refusal("KeyError", `uuid ${content.uuid} is already registered`).content;
    hearts.expect(engine.uuid);
    this.#options.log.debug(`engine ${engine.id} asks to join (${engine.uuid})`);
    return { status: "ok", id: engine.id, hb_period: heartbeatMs, connection_info: engineConnection };
  }

  /** Engines and their watchers both report an end: the second report finds nothing. */
  #cancel(id: number | null): void {
    const engine = id === null ? undefined : this.#options.work.registry.byId(id);
    if (engine) this.#unregister(engine, "it said goodbye");
  }

  #connect(): JsonObject {
    const engines = [...this.#options.work.registry.engines];
    const languages: Record<string, string> = {};
    for (const { uuid, language } of engines) if (language !== undefined) languages[uuid] = language;
    return {
      status: "ok",
      engines: Object.fromEntries(engines.map(({ id, uuid }) => [String(id), uuid])),
      languages,
    };
  }

  #shutDown(request: Header): JsonObject {
    this.#options.log.info("a client asked for shutdown");
    this.#publish("shutdown_notification", { status: "ok" }, request);
    this.#options.shutDown();
    return { status: "ok" };
  }

  #unregister(engine: Engine, reason: string): void {
    const { work, hearts, observers, log } = this.#options;
    hearts.forget(engine.uuid);
    if (!work.registry.remove(engine)) return;
    log.info(`engine ${engine.id} is gone: ${reason} (${engine.uuid})`);
    for (const observer of observers) observer.engineLost(engine);
    this.#publish("unregistration_notification", { id: engine.id, uuid: engine.uuid });
  }

  /** Notifications carry no topic. */
  #publish(type: string, content: JsonObject, parent?: Header): void {
    const { session, notifications } = this.#options;
    notifications.send(session.pack({ type, content, parent }));
  }
}
