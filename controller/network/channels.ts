import type { Logger } from "../../cli/logger.ts";
import { awaitPeers } from "../../transport/awaited-peers.ts";
import type { Channel } from "../../transport/channel.ts";
import type { Curve } from "../../transport/curve.ts";
import { givingReceipts } from "../../transport/receipts.ts";
import type { ZmqChannel } from "../../transport/zmq-channel.ts";
import { bindSocket } from "./bind-socket.ts";
import { isWildcard } from "./interfaces.ts";
import { openClientSockets, openEngineSockets, openLeaves, type SocketName, socketTitles } from "./open-sockets.ts";
import type { PortPools, Side } from "./port-pools.ts";

export type Channels = Readonly<Record<SocketName, Channel>> & {
  /** Engine `id` connects to the leaf `id % leaves`. */
  readonly broadcastLeaves: readonly [Channel, ...Channel[]];
};
export type Ports = Readonly<Record<SocketName, number>> & { readonly broadcastLeaves: readonly number[] };

export interface ChannelsPlan {
  /** `tcp://` and the interface that engines connect to. */
  readonly engineUrl: string;
  readonly clientUrl: string;
  readonly broadcastDepth: number;
  /** Port that registration must have; 0 = one of the pools'. */
  readonly registrationPort: number;
  readonly pools: PortPools;
  /** Ports that sockets must have, instead of those of the pools. */
  readonly fixed: Ports | undefined;
  /** How all of them are encrypted. */
  readonly curve: Curve | undefined;
  /** Told of peers whose handshake failed, by the socket's title. */
  readonly peerRejected: (socket: string, reason: string) => void;
  readonly log: Logger;
}

/**
 * Binds all sockets, or none.
 * @throws naming the address that cannot be had
 */
export async function bindChannels(plan: ChannelsPlan): Promise<Channels> {
  const engines = openEngineSockets(plan.curve);
  const broadcastLeaves = openLeaves(plan.broadcastDepth, plan.curve);
  const clients = openClientSockets(plan.curve);
  const channels = { ...engines, broadcastLeaves, ...clients };
  const { fixed } = plan;
  const places: Place[] = [
    ...entries(engines).map(([name, channel]) => ({ side: "engine" as const, channel, port: fixed?.[name] })),
    ...broadcastLeaves.map((channel, leaf) => ({
      side: "engine" as const,
      channel,
      port: fixed?.broadcastLeaves[leaf],
    })),
    ...entries(clients).map(([name, channel]) => ({ side: "client" as const, channel, port: fixed?.[name] })),
  ];
  try {
    for (const place of places) await bindPlace(plan, place, place.channel === engines.registration);
    reportRandomPorts(plan, places);
    // Only now: libzmq tells a watcher of a failed bind first, which may overwrite the reason that the caller gets.
    for (const [name, channel] of [...entries(engines), ...entries(clients)])
      channel.watchRejections((reason) => plan.peerRejected(socketTitles[name], reason));
    for (const leaf of broadcastLeaves)
      leaf.watchRejections((reason) => plan.peerRejected(socketTitles.broadcastLeaves, reason));
    return {
      ...channels,
      ...giveReceipts(clients),
      ...awaitEngines(engines),
      broadcastLeaves: awaitAll(broadcastLeaves),
    };
  } catch (error) {
    await closeChannels(channels);
    throw error;
  }
}

/** What is sent to engines of an earlier controller waits until they have come back. */
const awaitEngines = ({ controlEngines, muxEngines, taskEngines }: ReturnType<typeof openEngineSockets>) => ({
  controlEngines: awaitPeers(controlEngines),
  muxEngines: givingReceipts(awaitPeers(muxEngines)),
  taskEngines: givingReceipts(awaitPeers(taskEngines, { passesNotices: true })),
});

const awaitAll = ([first, ...others]: readonly [Channel, ...Channel[]]): readonly [Channel, ...Channel[]] => [
  givingReceipts(awaitPeers(first)),
  ...others.map((leaf) => givingReceipts(awaitPeers(leaf))),
];

/** To those who send users' values, and must know when these may be overwritten. */
const giveReceipts = ({ muxClients, taskClients, broadcastClients }: ReturnType<typeof openClientSockets>) => ({
  muxClients: givingReceipts(muxClients),
  taskClients: givingReceipts(taskClients),
  broadcastClients: givingReceipts(broadcastClients),
});

/** Resolves when what was sent has left, a second at most. */
export async function closeChannels({ broadcastLeaves, ...named }: Channels): Promise<void> {
  const all = [...Object.values(named), ...broadcastLeaves];
  await Promise.all(all.map((channel) => channel[Symbol.asyncDispose]()));
}

interface Place {
  readonly side: Side;
  readonly channel: ZmqChannel;
  /** The only one that will do, if any. */
  readonly port: number | undefined;
}

async function bindPlace(plan: ChannelsPlan, { side, channel, port }: Place, isRegistration: boolean): Promise<void> {
  const { engineUrl, clientUrl, pools, log } = plan;
  const only = port ?? (isRegistration && plan.registrationPort > 0 ? plan.registrationPort : undefined);
  await bindSocket(channel, {
    urls: isRegistration ? distinctUrls(engineUrl, clientUrl) : [side === "engine" ? engineUrl : clientUrl],
    ports: only === undefined ? pools.take(side) : [only],
    orAny: only === undefined,
    log,
  });
}

/** Clients and engines register at one socket, on the interfaces of both; all interfaces include every other. */
function distinctUrls(engineUrl: string, clientUrl: string): readonly string[] {
  const wildcard = [engineUrl, clientUrl].find(isWildcard);
  return wildcard ? [wildcard] : [...new Set([clientUrl, engineUrl])];
}

function reportRandomPorts({ pools, fixed, log }: ChannelsPlan, places: readonly Place[]): void {
  if (fixed) return;
  for (const side of ["engine", "client"] as const) {
    const random = places.filter((place) => place.side === side && pools.lacks(side, place.channel.port));
    if (random.length > 0)
      log.warn(`the ports for ${side}s are used up: ${random.length} of their sockets listen on random ones`);
  }
}

const entries = <T extends object>(object: T) => Object.entries(object) as [keyof T, T[keyof T]][];
