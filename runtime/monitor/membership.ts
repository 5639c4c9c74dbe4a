import { Deferred } from "../../protocol/deferred.ts";
import { isJsonObject, type JsonObject } from "../../protocol/json.ts";
import type { Session } from "../../protocol/session.ts";
import { dealer } from "../../transport/zmq-channel.ts";
import type { EngineRole } from "./monitor-messages.ts";

export interface MembershipOptions {
  readonly role: EngineRole;
  readonly session: Session;
  /** The hub has given the engine another id. */
  readonly renumbered: (id: number) => void;
  readonly log: (text: string) => void;
}

/** How long the hub may take to answer. */
const answerMs = 5000;

/**
 * An engine's place in its cluster: its id, and the hub's knowledge of it. A controller that was started again may know
 * its engines (`--restore`) or not; the engine registers with the latter anew, under its uuid and, where it is free, its
 * id, and keeps its variables.
 */
export class Membership {
  readonly #options: MembershipOptions;
  #id: number;
  #confirming: Promise<void> | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#id = options.role.registration.id;
  }

  get id(): number {
    return this.#id;
  }

  /** The connection to the controller is back: makes sure that the hub knows this engine. Never rejects. */
  confirm(): Promise<void> {
    this.#confirming ??= this.#confirm().finally(() => {
      this.#confirming = undefined;
    });
    return this.#confirming;
  }

  /** What tells the hub that the engine is gone (wire protocol §6.2). */
  farewell(): Buffer[] {
    return this.#options.session.pack({ type: "unregistration_request", content: { id: this.#id } });
  }

  async #confirm(): Promise<void> {
    const { session, log } = this.#options;
    const listed = (await this.#ask("connection_request", {}))?.["engines"];
    if (!isJsonObject(listed)) return log("The controller is back, but does not answer.");
    const place = Object.entries(listed).find(([, uuid]) => uuid === session.id);
    if (place) return this.#take(Number(place[0]));
    const reply = await this.#ask("registration_request", { uuid: session.id, id: this.#id, language: "typescript" });
    if (typeof reply?.["id"] === "number") this.#take(reply["id"]);
    log(
      `The controller is back and did not know this engine, which asked to join again: ${String(reply?.["status"])}.`,
    );
  }

  #take(id: number): void {
    if (id === this.#id) return;
    this.#id = id;
    this.#options.renumbered(id);
  }

  /** @returns content of the answer; `undefined` when none comes */
  async #ask(type: string, content: JsonObject): Promise<JsonObject | undefined> {
    const { role, session } = this.#options;
    const answered = new Deferred<JsonObject | undefined>();
    const timer = setTimeout(() => answered.resolve(undefined), answerMs);
    await using channel = dealer({ identity: session.id, curve: role.curve }).connect(role.registration.url);
    channel.listen((frames) => {
      // Whoever cannot sign is not the hub: as good as no answer.
      try {
        answered.resolve(session.unpack(frames).content);
      } catch {
        answered.resolve(undefined);
      }
    });
    channel.send(session.pack({ type, content }));
    try {
      return await answered.promise;
    } finally {
      clearTimeout(timer);
    }
  }
}
