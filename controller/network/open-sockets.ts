import type { Curve } from "../../transport/curve.ts";
import { publisher, router, subscriber, type ZmqChannel } from "../../transport/zmq-channel.ts";

/**
 * Bytes of the largest frame on sockets that only ever get small messages: a peer that sends more is cut off before
 * its frame fills the memory. Sockets that carry users' values have no such limit.
 */
const largest = {
  /** Requests to the hub, and control messages. */
  request: 64 << 20,
  /** Subscriptions, and heartbeats that come back. */
  echo: 4096,
} as const;

/**
 * The sockets for engines (wire protocol §4), in the order in which they take ports (§3.1). Routers have identities:
 * an engine answers all of them from one socket and must tell them apart. Those notify, for `awaitPeers`.
 */
export const openEngineSockets = (curve: Curve | undefined) => ({
  /** For clients too; it tells the hub which of them are connected. */
  registration: router({ curve, notify: true, largestFrame: largest.request }),
  controlEngines: router({ curve, identity: "control_out", notify: true, largestFrame: largest.request }),
  muxEngines: router({ curve, identity: "mux_out", notify: true }),
  taskEngines: router({ curve, identity: "task_out", notify: true }),
  iopubEngines: subscriber({ curve }),
  hbPing: publisher({ curve, largestFrame: largest.echo }),
  hbPong: router({ curve, notify: true, largestFrame: largest.echo }),
});

/** One router for each leaf of the broadcast tree, named by its path: 0 and the leaf's number in binary. */
export function openLeaves(depth: number, curve: Curve | undefined): [ZmqChannel, ...ZmqChannel[]] {
  const path = (leaf: number) => (depth === 0 ? "0" : `0${leaf.toString(2).padStart(depth, "0")}`);
  const open = (leaf: number) => router({ curve, identity: `sub_scheduler_${path(leaf)}`, notify: true });
  return [open(0), ...Array.from({ length: 2 ** depth - 1 }, (_, index) => open(index + 1))];
}

export const openClientSockets = (curve: Curve | undefined) => ({
  controlClients: router({ curve, identity: "control_in", largestFrame: largest.request }),
  muxClients: router({ curve, identity: "mux_in" }),
  taskClients: router({ curve, identity: "task_in" }),
  iopubClients: publisher({ curve, largestFrame: largest.echo }),
  notification: publisher({ curve, largestFrame: largest.echo }),
  broadcastClients: router({ curve, identity: "broadcast_in" }),
});

export type SocketName = keyof ReturnType<typeof openEngineSockets> | keyof ReturnType<typeof openClientSockets>;

/** How the log names sockets. */
export const socketTitles: Readonly<Record<SocketName | "broadcastLeaves", string>> = {
  registration: "registration",
  controlEngines: "control (engines)",
  muxEngines: "mux (engines)",
  taskEngines: "task (engines)",
  iopubEngines: "iopub (engines)",
  hbPing: "heartbeat (pings)",
  hbPong: "heartbeat (pongs)",
  broadcastLeaves: "broadcast (engines)",
  controlClients: "control (clients)",
  muxClients: "mux (clients)",
  taskClients: "task (clients)",
  iopubClients: "iopub (clients)",
  notification: "notification",
  broadcastClients: "broadcast (clients)",
};
