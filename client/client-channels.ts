import { channelUrl } from "../protocol/channel-url.ts";
import type { ClientConnection } from "../protocol/connection-file.ts";
import { Deferred } from "../protocol/deferred.ts";
import type { SessionId } from "../protocol/ids.ts";
import type { Channel } from "../transport/channel.ts";
import { curveClient } from "../transport/curve.ts";
import { thisHost } from "../transport/this-host.ts";
import { type ConnectionEvent, dealer, subscriber, type ZmqChannel } from "../transport/zmq-channel.ts";

/** Why there is no connection: nobody listens there, or who does takes no such encryption. */
export type Refusal = "nobody" | "encryption";

/** The client's ends of the controller's channels (wire protocol §4). Disposing delivers what was sent and closes them. */
export interface ClientChannels extends AsyncDisposable {
  readonly query: Channel;
  readonly mux: Channel;
  readonly task: Channel;
  readonly broadcast: Channel;
  readonly control: Channel;
  readonly iopub: Channel;
  readonly notification: Channel;
  /** Settles when both subscriptions stand: what is published later arrives. */
  readonly subscribed: Promise<unknown>;
  /** Settles when no connection to the hub comes about, at ten attempts in a row. */
  readonly refused: Promise<Refusal>;
  /**
   * Tells of the connection's fate after the first time: `lost` when that to the hub breaks, `regained` when all
   * stand again. What was on its way in between may be gone; what was queued here is sent again.
   */
  watch(listener: (event: "lost" | "regained") => void): void;
}

/** Attempts, 0.1 s apart: a controller that has written its file listens already. */
const attempts = 10;

/**
 * Connects to all channels of a controller; whether it is there shows only when it answers.
 * @param identity by which the controller's routers know this client: after a restart they still find it
 * @param tunnel through which they go, closed after them
 */
export function openChannels(
  connection: ClientConnection,
  identity: SessionId,
  tunnel?: AsyncDisposable,
): ClientChannels {
  const reader = thisHost();
  const url = (port: number) => channelUrl(connection, port, reader);
  const curve = curveClient(connection.curve_serverkey);
  const [query, iopub, notification] = [dealer({ curve }), subscriber({ curve }), subscriber({ curve })];
  const requests = () => dealer({ curve, identity });
  const [mux, task, broadcast, control] = [requests(), requests(), requests(), requests()];
  const links = new Links({
    hub: query,
    subscriptions: [iopub, notification],
    others: [mux, task, broadcast, control],
  });
  return {
    query: query.connect(url(connection.registration)),
    mux: mux.connect(url(connection.mux)),
    task: task.connect(url(connection.task)),
    broadcast: broadcast.connect(url(connection.broadcast)),
    control: control.connect(url(connection.control)),
    iopub: iopub.connect(url(connection.iopub)),
    notification: notification.connect(url(connection.notification)),
    subscribed: links.subscribed.promise,
    refused: links.refused.promise,
    watch: (listener) => links.watch(listener),
    async [Symbol.asyncDispose]() {
      await links[Symbol.asyncDispose]();
      await tunnel?.[Symbol.asyncDispose]();
    },
  };
}

interface LinkedChannels {
  readonly hub: ZmqChannel;
  readonly subscriptions: readonly ZmqChannel[];
  readonly others: readonly ZmqChannel[];
}

/** The connections of all sockets, seen as one. */
class Links implements AsyncDisposable {
  readonly subscribed = new Deferred<void>();
  readonly refused = new Deferred<Refusal>();
  readonly #hub: ZmqChannel;
  readonly #subscriptions: readonly ZmqChannel[];
  readonly #channels: readonly ZmqChannel[];
  readonly #up = new Set<ZmqChannel>();
  #listener: ((event: "lost" | "regained") => void) | undefined;
  #isLost = false;
  #refusals = 0;

  /** @param channels not connected yet */
  constructor({ hub, subscriptions, others }: LinkedChannels) {
    this.#hub = hub;
    this.#subscriptions = subscriptions;
    this.#channels = [hub, ...subscriptions, ...others];
    for (const channel of this.#channels) channel.watchConnection((event) => this.#take(channel, event));
  }

  watch(listener: (event: "lost" | "regained") => void): void {
    this.#listener = listener;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#channels.map((channel) => channel[Symbol.asyncDispose]()));
  }

  #take(channel: ZmqChannel, event: ConnectionEvent): void {
    if (channel === this.#hub) this.#countRefusals(event);
    if (event === "up") this.#up.add(channel);
    if (event === "down") this.#up.delete(channel);
    if (event === "down" && channel === this.#hub && !this.#isLost) {
      this.#isLost = true;
      this.#listener?.("lost");
    }
    const areUp = (channels: readonly ZmqChannel[]) => channels.every((each) => this.#up.has(each));
    if (areUp(this.#subscriptions)) this.subscribed.resolve();
    if (event !== "up" || !this.#isLost || !areUp(this.#channels)) return;
    this.#isLost = false;
    this.#listener?.("regained");
  }

  #countRefusals(event: ConnectionEvent): void {
    this.#refusals = event === "refused" || event === "rejected" ? this.#refusals + 1 : 0;
    if (event === "incompatible") this.refused.resolve("encryption");
    if (this.#refusals === attempts) this.refused.resolve(event === "refused" ? "nobody" : "encryption");
  }
}
