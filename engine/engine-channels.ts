import { lendsMemory } from "../canning/lent-frames.ts";
import { channelUrl } from "../protocol/channel-url.ts";
import type { EngineConnection } from "../protocol/connection-file.ts";
import type { EngineId } from "../protocol/ids.ts";
import type { EngineRole } from "../runtime/monitor/monitor-messages.ts";
import type { Channel, Frames } from "../transport/channel.ts";
import { curveClient } from "../transport/curve.ts";
import { ReceiptedChannel } from "../transport/receipts.ts";
import { thisHost } from "../transport/this-host.ts";
import { router, xpublisher } from "../transport/zmq-channel.ts";
import { RecentReplies } from "./recent-replies.ts";
import type { Registered } from "./registration.ts";

/** Sockets of an engine's main thread; the monitor has the rest. */
export interface EngineChannels extends AsyncDisposable {
  /** Requests from the direct, task and broadcast schedulers. */
  readonly shell: Channel;
  /**
   * Settles when the user's code may overwrite what replies have lent: the controller has them, and what is kept of them
   * for sending again is no longer the user's memory. `undefined` where nothing is lent.
   */
  readonly lent: Promise<void> | undefined;
  /** Answers a request once more that has come once more. */
  answerAgain(request: readonly Buffer[]): void;
  /** The engine has another id: broadcasts to it may come another way. */
  renumbered(id: EngineId): void;
  readonly iopub: Channel;
  /** Settles when the controller has subscribed: what is published from then on arrives. */
  readonly subscribed: Promise<void>;
}

export const registrationUrl = (connection: EngineConnection): string =>
  channelUrl(connection, connection.registration, thisHost());

/** Connects to the controller (wire protocol §4). */
export function openChannels(connection: EngineConnection, registered: Registered): EngineChannels {
  const { id, session } = registered;
  const reader = thisHost();
  const url = (port: number) => channelUrl(connection, port, reader);
  const { broadcast, mux, task } = connection;
  const ports = new Set<number>();
  const curve = curveClient(connection.curve_serverkey);
  const socket = router({ identity: session.id, curve });
  const shell = new ReceiptedChannel(socket, 1);
  const replies = new RecentReplies(session, () => performance.now());
  let lent: Promise<void> | undefined;
  const send = (frames: Frames) => {
    replies.add(frames);
    shell.send(frames);
    if (registered.givesReceipts && lendsMemory(frames)) lend(frames);
  };
  const lend = ([scheduler]: Frames) => {
    const returned = shell.whenReceived(...(scheduler ? [scheduler] : [])).then(() => {
      replies.own();
      if (lent === returned) lent = undefined;
    });
    // It fails when the engine ends.
    returned.catch(() => {});
    lent = returned;
  };
  socket.watchConnection((event) => {
    if (event === "down") replies.hold();
    if (event === "up") replies.takeAgain().forEach(send);
  });
  const connect = (...wanted: readonly (number | undefined)[]) => {
    for (const port of wanted) {
      if (port === undefined || ports.has(port)) continue;
      ports.add(port);
      socket.connect(url(port));
    }
  };
  const leafOf = (engine: number) => broadcast[engine % broadcast.length];
  connect(mux, task, leafOf(id));
  const iopub = xpublisher({ curve }).connect(url(connection.iopub));
  const subscribed = new Promise<void>((resolve) => iopub.listen(() => resolve()));
  return {
    shell: {
      messages: shell.messages,
      port: shell.port,
      listen: (receive) => shell.listen(receive),
      send,
      [Symbol.asyncDispose]: () => shell[Symbol.asyncDispose](),
    },
    get lent() {
      return lent;
    },
    answerAgain: (request) => {
      const reply = replies.again(request);
      if (reply) send(reply);
    },
    renumbered: (engine) => connect(leafOf(engine)),
    iopub,
    subscribed,
    async [Symbol.asyncDispose]() {
      await Promise.all([shell[Symbol.asyncDispose](), iopub[Symbol.asyncDispose]()]);
    },
  };
}

/** What the engine's monitor connects to, and says. */
export function monitorRole(connection: EngineConnection, registered: Registered): EngineRole {
  const reader = thisHost();
  const url = (port: number) => channelUrl(connection, port, reader);
  const { id, session, heartPeriodMs } = registered;
  return {
    kind: "engine",
    session: {
      id: session.id,
      key: connection.key,
      scheme: connection.signature_scheme,
      packer: session.packer.name,
    },
    curve: curveClient(connection.curve_serverkey),
    control: url(connection.control),
    heart: { ping: url(connection.hb_ping), pong: url(connection.hb_pong), periodMs: heartPeriodMs },
    iopub: { url: url(connection.iopub) },
    registration: { url: url(connection.registration), id },
  };
}
