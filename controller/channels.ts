import type { Channel } from "../transport/channel.ts";
import { publisher, router, subscriber } from "../transport/zmq-channel.ts";

/**
 * Every socket of the controller (wire protocol §4). The routers that engines connect to have identities: an engine
 * answers all of them from one socket and must tell them apart.
 */
const openSockets = () => ({
  registration: router(),
  notification: publisher(),
  hbPing: publisher(),
  hbPong: router({ notify: true }),
  controlClients: router({ identity: "control_in" }),
  controlEngines: router({ identity: "control_out" }),
  muxClients: router({ identity: "mux_in" }),
  muxEngines: router({ identity: "mux_out" }),
  taskClients: router({ identity: "task_in" }),
  taskEngines: router({ identity: "task_out" }),
  broadcastClients: router({ identity: "broadcast_in" }),
  broadcastEngines: router({ identity: "sub_scheduler_0" }),
  iopubClients: publisher(),
  iopubEngines: subscriber(),
});

export type ChannelName = keyof ReturnType<typeof openSockets>;
export type Channels = Readonly<Record<ChannelName, Channel>>;

/**
 * Binds all sockets, or none.
 * @param url `tcp://` and the interface
 * @param ports where a socket must have a certain port; 0 or absent = any free one
 * @throws naming the address that cannot be had
 */
export async function bindChannels(
  url: string,
  ports: Readonly<Partial<Record<ChannelName, number>>>,
): Promise<Channels> {
  const channels = openSockets();
  try {
    for (const [name, channel] of Object.entries(channels))
      await channel.bind(`${url}:${ports[name as ChannelName] ?? 0}`);
    return channels;
  } catch (error) {
    await closeChannels(channels);
    throw error;
  }
}

/** Resolves when what was sent has left, a second at most. */
export async function closeChannels(channels: Channels): Promise<void> {
  await Promise.all(Object.values(channels).map((channel) => channel[Symbol.asyncDispose]()));
}
