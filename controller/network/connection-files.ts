import { existsSync, readFileSync } from "node:fs";
import { removeUnchanged, writeAtomically } from "../../cli/write-atomically.ts";
import {
  type ClientConnection,
  clientConnection,
  type EngineConnection,
  engineConnection,
  parseConnectionText,
} from "../../protocol/connection-file.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { PackerName } from "../../protocol/packer.ts";
import type { clusterPaths } from "../../protocol/profile-paths.ts";
import { readPrivateFile } from "../../transport/private-file.ts";
import type { Channels, Ports } from "./channels.ts";

type ClusterPaths = ReturnType<typeof clusterPaths>;

/** What clients and engines need to connect. */
export interface Connections {
  readonly client: ClientConnection;
  readonly engine: EngineConnection;
}

/** What does not depend on the ports. */
export interface ConnectionPlan {
  /** `tcp://` and the interface. */
  readonly engineUrl: string;
  readonly clientUrl: string;
  readonly location: string;
  /** Signs messages; empty = they are not signed. */
  readonly key: string;
  /** Public key of the encryption; `null` = there is none. */
  readonly serverKey: string | null;
  /** Servers through which clients and engines connect; empty = none. */
  readonly ssh: string;
  readonly enginessh: string;
  readonly scheme: string;
  readonly packer: PackerName;
  /** `hmac-` and a hash. */
  readonly signatureScheme: string;
}

export function describeConnections(plan: ConnectionPlan, channels: Channels): Connections {
  const port = (name: keyof Omit<Channels, "broadcastLeaves">): number => channels[name].port;
  const both = {
    location: plan.location,
    key: plan.key,
    registration: port("registration"),
    curve_serverkey: plan.serverKey,
    pack: plan.packer,
    unpack: plan.packer,
    signature_scheme: plan.signatureScheme,
  };
  return {
    client: {
      ssh: plan.ssh,
      interface: plan.clientUrl,
      ...both,
      control: port("controlClients"),
      mux: port("muxClients"),
      task: port("taskClients"),
      task_scheme: plan.scheme,
      iopub: port("iopubClients"),
      notification: port("notification"),
      broadcast: port("broadcastClients"),
    },
    engine: {
      ssh: plan.enginessh,
      interface: plan.engineUrl,
      ...both,
      control: port("controlEngines"),
      mux: port("muxEngines"),
      task: port("taskEngines"),
      iopub: port("iopubEngines"),
      hb_ping: port("hbPing"),
      hb_pong: port("hbPong"),
      broadcast: channels.broadcastLeaves.map((leaf) => leaf.port),
    },
  };
}

/** What an engine is told of its channels when it registers. */
export function engineChannels({ engine }: Connections): JsonObject {
  const { interface: where, registration, control, mux, task, iopub, broadcast, hb_ping, hb_pong } = engine;
  return { interface: where, registration, control, mux, task, iopub, broadcast, hb_ping, hb_pong };
}

/** The ports of a controller that ran before. */
export function portsOf({ client, engine }: Connections): Ports {
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
    broadcastLeaves: engine.broadcast,
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
  removeUnchanged(paths.clientFile, textOf(client));
  removeUnchanged(paths.engineFile, textOf(engine));
}

/** What the files of a controller that ran before are good for. */
export type EarlierFiles =
  | { readonly kind: "missing" }
  | { readonly kind: "unusable"; readonly reason: string }
  | { readonly kind: "usable"; readonly connections: Connections };

export function readConnectionFiles({ clientFile, engineFile }: ClusterPaths): EarlierFiles {
  if (!existsSync(clientFile) || !existsSync(engineFile)) return { kind: "missing" };
  try {
    const client = parseConnectionText(clientConnection, readPrivateFile(clientFile), clientFile);
    const engine = parseConnectionText(engineConnection, readPrivateFile(engineFile), engineFile);
    const reason = mismatch(client, engine);
    return reason ? { kind: "unusable", reason } : { kind: "usable", connections: { client, engine } };
  } catch (error) {
    return { kind: "unusable", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** What both files must agree on (wire protocol §3.1). */
const agreed = ["key", "registration", "pack", "unpack", "signature_scheme", "curve_serverkey"] as const;

/** Why two files are not of one controller, or of none like this one. */
function mismatch(client: ClientConnection, engine: EngineConnection): string | undefined {
  const field = agreed.find((name) => client[name] !== engine[name]);
  if (field) return `they differ in "${field}"`;
  const leaves = engine.broadcast.length;
  return Number.isInteger(Math.log2(leaves)) ? undefined : `they have ${leaves} ports for broadcasts: no power of two`;
}

/** Where clients connect, unless the file is missing or broken. */
export function readClientFile(file: string): ClientConnection | undefined {
  try {
    return parseConnectionText(clientConnection, readFileSync(file, "utf8"), file);
  } catch {
    return undefined; // It will be written anew.
  }
}
