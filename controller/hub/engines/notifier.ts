import type { Header } from "../../../protocol/envelope.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import type { Session } from "../../../protocol/session.ts";
import type { Channel } from "../../../transport/channel.ts";
import type { Engine } from "./registry.ts";

/** Tells all clients what happens to the cluster (wire protocol §8): without a topic, and nothing but these three. */
export class Notifier {
  readonly #session: Session;
  readonly #clients: Channel;

  constructor(session: Session, clients: Channel) {
    this.#session = session;
    this.#clients = clients;
  }

  engineJoined({ id, uuid, language }: Engine): void {
    this.#publish("registration_notification", { id, uuid, language });
  }

  engineLost({ id, uuid }: Engine): void {
    this.#publish("unregistration_notification", { id, uuid });
  }

  /** @param request of the client that asked for it */
  shuttingDown(request: Header): void {
    this.#publish("shutdown_notification", { status: "ok" }, request);
  }

  #publish(type: string, content: JsonObject, parent?: Header): void {
    this.#clients.send(this.#session.pack({ type, content, parent }));
  }
}
