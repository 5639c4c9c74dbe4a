import { channelUrl } from "../protocol/channel-url.ts";
import type { ClientConnection } from "../protocol/connection-file.ts";
import { Deferred } from "../protocol/deferred.ts";
import type { Channel } from "../transport/channel.ts";
import { thisHost } from "../transport/this-host.ts";
import { dealer, subscriber, type ZmqChannel } from "../transport/zmq-channel.ts";
import { ConnectError } from "./errors/failures.ts";

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
  /** Settles when nobody listens where the hub should be, at ten attempts in a row. */
  readonly refused: Promise<void>;
  /** Settles when the connection to the hub breaks: what was not answered until then never will be. */
  readonly lost: Promise<void>;
}

/** Attempts, 0.1 s apart: a controller that has written its file listens already. */
const attempts = 10;

/**
 * Connects to all channels of a controller; whether it is there shows only when it answers.
 * @throws {ConnectError} when it asks for what this client cannot do
 */
export function openChannels(connection: ClientConnection): ClientChannels {
  refuseUnknown(connection);
  const reader = thisHost();
  const url = (port: number) => channelUrl(connection, port, reader);
  const [query, iopub, notification] = [dealer(), subscriber(), subscriber()];
  const subscribed = Promise.all([iopub, notification].map((channel) => watchConnection(channel).up));
  const { refused, down } = watchConnection(query);
  return {
    query: query.connect(url(connection.registration)),
    mux: dealer().connect(url(connection.mux)),
    task: dealer().connect(url(connection.task)),
    control: dealer().connect(url(connection.control)),
    iopub: iopub.connect(url(connection.iopub)),
    notification: notification.connect(url(connection.notification)),
    subscribed,
    refused,
    lost: down,
  };
}

function watchConnection(channel: ZmqChannel) {
  const [up, down, refused] = [new Deferred<void>(), new Deferred<void>(), new Deferred<void>()];
  let refusals = 0;
  channel.watchConnection((event) => {
    refusals = event === "refused" ? refusals + 1 : 0;
    if (event === "up") up.resolve();
    if (event === "down") down.resolve();
    if (refusals === attempts) refused.resolve();
  });
  return { up: up.promise, down: down.promise, refused: refused.promise };
}

/** Where the hub answers, as `host:port`. */
export function hubAddress(connection: ClientConnection): string {
  return channelUrl(connection, connection.registration, thisHost()).replace(/^\w+:\/\//, "");
}

function refuseUnknown(connection: ClientConnection): void {
  if (connection.curve_serverkey)
    throw new ConnectError(
      "The controller encrypts with CURVE, which this client does not speak yet: start it with --no-curve.",
    );
}
