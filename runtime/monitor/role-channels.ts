import type { Channel } from "../../transport/channel.ts";
import { dealer, publisher, router, subscriber } from "../../transport/zmq-channel.ts";
import { HeartWatch } from "./heart-watch.ts";
import type { EngineRole, KernelRole, MonitorPorts } from "./monitor-messages.ts";

/** The sockets of a monitor in its role. */
export interface RoleChannels extends AsyncDisposable {
  readonly control: Channel;
  readonly ports: MonitorPorts;
  /** Made when it is first needed: a publisher's first messages are lost until its subscriber is known. */
  iopub(): Channel;
  /** Says good-bye; the message leaves when the channels are disposed. */
  farewell(): void;
}

/** What an engine's channels tell. */
export interface EngineLinkListener {
  /** The controller has been silent for too long. */
  onLost(): void;
  /** The connection to the controller broke and is there again: it may be another controller. */
  onReturned(): void;
  /** What to say at the end. */
  farewell(): Buffer[];
}

/** Connects out. The heart comes last: the controller gives work to whose heart beats. */
export function engineChannels(role: EngineRole, listener: EngineLinkListener): RoleChannels {
  const open: Channel[] = [];
  const opened = <C extends Channel>(channel: C): C => {
    open.push(channel);
    return channel;
  };
  const identity = role.session.id;
  const { curve } = role;
  const control = opened(router({ identity, curve }).connect(role.control));
  const pong = opened(dealer({ identity, curve }));
  let wasDown = false;
  pong.watchConnection((event) => {
    if (event === "up" && wasDown) listener.onReturned();
    if (event === "up" || event === "down") wasDown = event === "down";
  });
  pong.connect(role.heart.pong);
  const ping = opened(subscriber({ curve }).connect(role.heart.ping));
  const watch = new HeartWatch(role.heart.periodMs);
  ping.listen((frames) => {
    watch.beat();
    pong.send(frames);
  });
  const timer = setInterval(() => watch.isLostAtCheck() && listener.onLost(), watch.checkMs);
  let iopub: Channel | undefined;
  return {
    control,
    ports: { control: 0, heartbeat: 0, iopub: 0 },
    iopub: () => {
      iopub ??= opened(publisher({ curve }).connect(role.iopub.url));
      return iopub;
    },
    farewell: () => opened(dealer({ curve }).connect(role.registration.url)).send(listener.farewell()),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Promise.all(open.splice(0).map((channel) => channel[Symbol.asyncDispose]()));
    },
  };
}

/** Binds control, heartbeat and iopub; port 0 binds any free one. */
export async function kernelChannels(role: KernelRole): Promise<RoleChannels> {
  const [control, heartbeat, iopub] = [router(), router(), publisher()];
  const all = [control, heartbeat, iopub];
  const dispose = async () => {
    await Promise.all(all.map((channel) => channel[Symbol.asyncDispose]()));
  };
  try {
    await control.bind(role.control);
    await heartbeat.bind(role.heartbeat);
    await iopub.bind(role.iopub);
  } catch (error) {
    await dispose();
    throw error;
  }
  // A REQ peer's frames, routing id first, are already what must go back.
  heartbeat.listen((frames) => heartbeat.send(frames));
  return {
    control,
    ports: { control: control.port, heartbeat: heartbeat.port, iopub: iopub.port },
    iopub: () => iopub,
    farewell: () => undefined,
    [Symbol.asyncDispose]: dispose,
  };
}
