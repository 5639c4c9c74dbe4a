import { readFileSync, rmSync } from "node:fs";
import { writeAtomically } from "../cli/write-atomically.ts";
import {
  type ClientConnection,
  clientConnection,
  type EngineConnection,
  engineConnection,
  parseConnection,
} from "../protocol/connection-file.ts";
import { type JsonObject, parseJson } from "../protocol/json.ts";
import type { clusterPaths } from "../protocol/profile-paths.ts";
import type { ChannelName, Channels } from "./channels.ts";

type ClusterPaths = ReturnType<typeof clusterPaths>;

/** What clients and engines need to connect. */
export interface Connections {
  readonly client: ClientConnection;
  readonly engine: EngineConnection;
}

/** What does not depend on the ports. */
export interface ConnectionPlan {
  readonly interface: string;
  readonly location: string;
  readonly key: string;
  /** Servers through which clients and engines connect; empty = none. */
  readonly ssh: string;
  readonly enginessh: string;
  readonly scheme: string;
}

export function describeConnections(plan: ConnectionPlan, channels: Channels): Connections {
  const port = (name: ChannelName): number => channels[name].port;
  const both = {
    interface: plan.interface,
    location: plan.location,
    key: plan.key,
    registration: port("registration"),
    curve_serverkey: null,
    pack: "json",
    unpack: "json",
    signature_scheme: "hmac-sha256",
  };
  return {
    client: {
      ...both,
      ssh: plan.ssh,
      control: port("controlClients"),
      mux: port("muxClients"),
      task: port("taskClients"),
      task_scheme: plan.scheme,
      iopub: port("iopubClients"),
      notification: port("notification"),
      broadcast: port("broadcastClients"),
    },
    engine: {
      ...both,
      ssh: plan.enginessh,
      control: port("controlEngines"),
      mux: port("muxEngines"),
      task: port("taskEngines"),
      iopub: port("iopubEngines"),
      hb_ping: port("hbPing"),
      hb_pong: port("hbPong"),
      broadcast: [port("broadcastEngines")],
    },
  };
}

/** What an engine is told of its channels when it registers. */
export function engineChannels({ engine }: Connections): JsonObject {
  const { interface: where, registration, control, mux, task, iopub, broadcast, hb_ping, hb_pong } = engine;
  return { interface: where, registration, control, mux, task, iopub, broadcast, hb_ping, hb_pong };
}

/** The ports of a controller that ran before. */
export function portsOf({ client, engine }: Connections): Record<ChannelName, number> {
  return {
    registration: client.registration,
    notification: client.notification,
    hbPing: engine.hb_ping,
    hbPong: engine.hb_pong,
    controlClients: client.control,
    controlEngines: engine.control,
    muxClients: client.mux,
    muxEngines: engine.mux,
    taskClients: client.task,
    taskEngines: engine.task,
    broadcastClients: client.broadcast,
    broadcastEngines: engine.broadcast[0] ?? 0,
    iopubClients: client.iopub,
    iopubEngines: engine.iopub,
  };
}

const textOf = (connection: ClientConnection | EngineConnection): string =>
  `${JSON.stringify(connection, undefined, 2)}\n`;

/** Both files, readable by their owner alone, one right after the other: those who wait for the cluster want both. */
export function writeConnectionFiles(paths: ClusterPaths, { client, engine }: Connections): void {
  writeAtomically(paths.clientFile, textOf(client));
  writeAtomically(paths.engineFile, textOf(engine));
}

/** Removes the files unless they have become those of a controller that was started after this one. */
export function removeConnectionFiles(paths: ClusterPaths, { client, engine }: Connections): void {
  const files = [
    [paths.clientFile, textOf(client)],
    [paths.engineFile, textOf(engine)],
  ] as const;
  for (const [file, text] of files) if (readIfThere(file) === text) rmSync(file, { force: true });
}

/** The files of a controller that ran before; `undefined` unless both are there, whole, and belong together. */
export function readConnectionFiles({ clientFile, engineFile }: ClusterPaths): Connections | undefined {
  try {
    const client = parseConnection(clientConnection, parseJson(readFileSync(clientFile)), clientFile);
    const engine = parseConnection(engineConnection, parseJson(readFileSync(engineFile)), engineFile);
    return canBeReused(client, engine) ? { client, engine } : undefined;
  } catch {
    return undefined; // Missing or broken: the controller starts afresh and writes new ones.
  }
}

/** One scheduler for broadcasts and no encryption: what this controller has. */
function canBeReused(client: ClientConnection, engine: EngineConnection): boolean {
  const belongTogether = (["key", "registration", "interface", "pack", "unpack", "signature_scheme"] as const).every(
    (field) => client[field] === engine[field],
  );
  return belongTogether && client.pack === "json" && client.curve_serverkey === null && engine.broadcast.length === 1;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // Somebody else has removed it.
  }
}
