import type { Logger } from "../../../cli/logger.ts";
import { type EngineUuid, engineUuid } from "../../../protocol/ids.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { Refusal } from "../refusal.ts";
import type { EarlierCluster } from "./engines-file.ts";
import type { Application, Engine, Registry } from "./registry.ts";

/** Told of every engine that joins or leaves, in order. */
export interface EngineObserver {
  engineJoined(engine: Engine): void;
  engineLost(engine: Engine): void;
}

/** Watches the hearts of engines that registered: see `HeartMonitor`. */
export interface Hearts {
  expect(heart: EngineUuid): void;
  restore(heart: EngineUuid): void;
  isDoubted(heart: EngineUuid): boolean;
  forget(heart: EngineUuid): void;
}

export interface EngineRequestsOptions {
  readonly registry: Registry;
  readonly hearts: Hearts;
  /** Clients hear last: what they ask for then is there. */
  readonly observers: readonly EngineObserver[];
  readonly heartbeatMs: number;
  /** Where engines connect: they are told again when they register. */
  readonly engineConnection: JsonObject;
  readonly log: Logger;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

export interface RegistrationRequest {
  readonly uuid: string;
  readonly id?: number | null | undefined;
  readonly language?: string | undefined;
}

/** Lets engines join and leave, and tells who is there (wire protocol §6.1–6.3, §7). */
export class EngineRequests {
  readonly #options: EngineRequestsOptions;

  constructor(options: EngineRequestsOptions) {
    this.#options = options;
  }

  /** @returns content of the reply */
  register(content: RegistrationRequest): JsonObject {
    const { registry, hearts, now, heartbeatMs, engineConnection, log } = this.#options;
    const application: Application = { ...content, uuid: engineUuid(content.uuid) };
    this.#makeWay(application);
    const engine = registry.apply(application, now());
    if (!engine) return new Refusal("KeyError", `uuid ${content.uuid} is already registered`).content;
    hearts.expect(engine.uuid);
    log.debug(`engine ${engine.id} asks to join`, { engine: engine.id, uuid: engine.uuid });
    const { id } = engine;
    return { status: "ok", id, hb_period: heartbeatMs, connection_info: engineConnection, receipts: true };
  }

  /**
   * Engines and their watchers both report an end: the second report finds nothing.
   * @param sender session that says it: an engine means itself, whoever has got its id since
   */
  cancel(id: number | null | undefined, sender: EngineUuid): void {
    const { registry } = this.#options;
    const engine = registry.known(sender) ?? (typeof id === "number" ? registry.byId(id) : undefined);
    if (engine) this.engineLeft(engine.uuid, "it said goodbye", engine);
  }

  /** @returns content of the reply: who is there */
  connect(): JsonObject {
    const engines = [...this.#options.registry.engines];
    const languages: Record<string, string> = {};
    for (const { uuid, language } of engines) if (language !== undefined) languages[uuid] = language;
    return {
      status: "ok",
      engines: Object.fromEntries(engines.map(({ id, uuid }) => [String(id), uuid])),
      languages,
      receipts: true,
      coalesced_parts: true,
    };
  }

  /** The first heartbeat of a pending engine completes its registration. */
  heartStarted(heart: EngineUuid): void {
    const engine = this.#options.registry.finish(heart);
    if (engine) this.#welcome(engine, "registered");
  }

  heartDoubted(heart: EngineUuid): void {
    const { registry, log } = this.#options;
    const engine = registry.get(heart);
    if (engine)
      log.debug(`engine ${engine.id} must answer: its connection has changed`, { engine: engine.id, uuid: heart });
  }

  /** An engine that was given up beats again: its machine slept, or its network was down. */
  heartReturned(heart: EngineUuid): void {
    const engine = this.#options.registry.revive(heart);
    if (engine) this.#welcome(engine, "is back");
  }

  /** An engine fell silent; it may return. @param reason for the log */
  heartStopped(heart: EngineUuid, reason: string): void {
    const { registry, hearts } = this.#options;
    const engine = registry.get(heart);
    if (!engine) return;
    const forgotten = registry.lose(engine);
    if (forgotten) hearts.forget(forgotten.uuid);
    this.#mourn(engine, reason);
  }

  /** An engine ended for good. @param reason for the log */
  engineLeft(uuid: EngineUuid, reason: string, engine = this.#options.registry.get(uuid)): void {
    const { registry, hearts } = this.#options;
    hearts.forget(uuid);
    if (engine && registry.remove(engine)) this.#mourn(engine, reason);
  }

  /** Gives up engines that registered but never showed a heartbeat. */
  purgeStalled(): void {
    const { registry, hearts, now, log } = this.#options;
    for (const { id, uuid } of registry.purge(now())) {
      hearts.forget(uuid);
      log.warn(`engine ${id} registered but sent no heartbeat; it was forgotten`, { engine: id, uuid });
    }
  }

  /** Takes the engines of an earlier controller over: they count as registered, and must show a heartbeat soon. */
  restore({ engines, nextId }: EarlierCluster): void {
    const { registry, hearts, observers, log } = this.#options;
    registry.adopt(engines, nextId);
    for (const engine of engines) {
      for (const observer of observers) observer.engineJoined(engine);
      hearts.restore(engine.uuid);
    }
    log.info(`took over ${engines.length} engines of an earlier controller`);
  }

  /** Whoever asks for the id of an engine whose connection has just broken is its next incarnation. */
  #makeWay({ uuid, id }: Application): void {
    const { registry, hearts } = this.#options;
    const holder = typeof id === "number" ? registry.byId(id) : undefined;
    if (holder && holder.uuid !== uuid && hearts.isDoubted(holder.uuid))
      this.engineLeft(holder.uuid, "another takes its place");
  }

  #welcome(engine: Engine, what: string): void {
    const { id, uuid } = engine;
    this.#options.log.info(`engine ${id} ${what}`, { engine: id, uuid });
    for (const observer of this.#options.observers) observer.engineJoined(engine);
  }

  #mourn(engine: Engine, reason: string): void {
    const { id, uuid } = engine;
    this.#options.log.info(`engine ${id} is gone: ${reason}`, { engine: id, uuid, reason });
    for (const observer of this.#options.observers) observer.engineLost(engine);
  }
}
