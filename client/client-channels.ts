import { channelUrl } from "../protocol/channel-url.ts";
import type { ClientConnection } from "../protocol/connection-file.ts";
import { Deferred } from "../protocol/deferred.ts";
import type { Channel } from "../transport/channel.ts";
import { curveClient } from "../transport/curve.ts";
import { thisHost } from "../transport/this-host.ts";
import { dealer, subscriber, type ZmqChannel } from "../transport/zmq-channel.ts";

/** Why there is no connection: nobody listens there, or who does takes no such encryption. */
export type Refusal = "nobody" | "encryption";

/** The client's ends of the controller's channels (wire protocol §4). */
export interface ClientChannels {
  readonly query: Channel;
  readonly mux: Channel;
  readonly task: Channel;
  readonly control: Channel;
  readonly iopub: Channel;
  readonly notification: Channel;
  /** Settles when both subscriptions stand: what is published later arrives. */
  readonly subscribed: Promise<unknown>;
  /** Settles when no connection to the hub comes about, at ten attempts in a row. */
  readonly refused: Promise<Refusal>;
  /** Settles when the connection to the hub breaks: what was not answered until then never will be. */
  readonly lost: Promise<void>;
}

/** Attempts, 0.1 s apart: a controller that has written its file listens already. */
const attempts = 10;

/** Connects to all channels of a controller; whether it is there shows only when it answers. */
export function openChannels(connection: ClientConnection): ClientChannels {
  const reader = thisHost();
  const url = (port: number) => channelUrl(connection, port, reader);
  const curve = curveClient(connection.curve_serverkey);
  const [query, iopub, notification] = [dealer({ curve }), subscriber({ curve }), subscriber({ curve })];
  const subscribed = Promise.all([iopub, notification].map((channel) => watchConnection(channel).up));
  const { refused, down } = watchConnection(query);
  return {
    query: query.connect(url(connection.registration)),
    mux: dealer({ curve }).connect(url(connection.mux)),
    task: dealer({ curve }).connect(url(connection.task)),
    control: dealer({ curve }).connect(url(connection.control)),
    iopub: iopub.connect(url(connection.iopub)),
    notification: notification.connect(url(connection.notification)),
    subscribed,
    refused,
    lost: down,
  };
}

function watchConnection(channel: ZmqChannel) {
  const [up, down, refused] = [new Deferred<void>(), new Deferred<void>(), new Deferred<Refusal>()];
  let refusals = 0;
  channel.watchConnection((event) => {
    refusals = event === "refused" || event === "rejected" ? refusals + 1 : 0;
    if (event === "up") up.resolve();
    if (event === "down") down.resolve();
    if (event === "incompatible") refused.resolve("encryption");
    if (refusals === attempts) refused.resolve(event === "refused" ? "nobody" : "encryption");
  });
  return { up: up.promise, down: down.promise, refused: refused.promise };
}

/** Where the hub answers, as `host:port`. */
export function hubAddress(connection: ClientConnection): string {
  return channelUrl(connection, connection.registration, thisHost()).replace(/^\w+:\/\//, "");
}
