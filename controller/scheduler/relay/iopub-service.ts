import { type Dialect, openEnvelope } from "../../../protocol/envelope.ts";
import { type EngineUuid, engineUuid } from "../../../protocol/ids.ts";
import type { Channel } from "../../../transport/channel.ts";
import type { Complaints } from "../../complaints.ts";
import type { TrafficObserver } from "../../traffic.ts";

export interface IopubServiceOptions {
  /** Subscriber that hears every engine. */
  readonly engines: Channel;
  /** Publisher to every client. */
  readonly clients: Channel;
  readonly dialect: Dialect;
  /** An engine announced that it ends. */
  readonly engineLeft: (engine: EngineUuid) => void;
  readonly traffic: TrafficObserver;
  readonly complaints: Complaints;
}

const farewell = Buffer.from(".shutdown");

/**
 * Forwards what engines publish to all clients, unread and unchanged (wire protocol §15). Nothing is ever dropped:
 * clients wait for the `idle` of their requests. The one message that is read is an engine's farewell, whose topic
 * is `engine.<id>.shutdown`.
 */
export class IopubService {
  readonly #options: IopubServiceOptions;

  constructor(options: IopubServiceOptions) {
    this.#options = options;
    options.engines.listen(options.complaints.guard("iopub (engines)", (frames) => this.#forward(frames)));
  }

  #forward(frames: Buffer[]): void {
    this.#options.clients.send(frames);
    this.#options.traffic({ kind: "published", frames });
    const [topic] = frames;
    if (!topic?.subarray(-farewell.length).equals(farewell)) return;
    const { header } = openEnvelope(frames, this.#options.dialect);
    if (header.msg_type === "shutdown_reply") this.#options.engineLeft(engineUuid(header.session));
  }
}
