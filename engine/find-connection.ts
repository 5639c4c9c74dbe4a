import { setTimeout as sleep } from "node:timers/promises";
import type { EngineConnection } from "../protocol/connection-file.ts";
import { isJsonObject, parseJson } from "../protocol/json.ts";
import { clusterPaths, profileDir } from "../protocol/profile-paths.ts";
import { FileNotPrivate, readPrivateFile } from "../transport/private-file.ts";
import type { EngineSettings } from "./engine-settings.ts";

/** The process's surroundings; nothing else here reads them. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

/** How long a controller that has just been started may take to write its file. */
const patienceMs = 10_000;
const pollMs = 50;

/**
 * Where the controller is: the file that is named, else `$IPP_CONNECTION_INFO`, else the profile's file, which may
 * still be on its way (wire protocol §13.1). The key of the controller's encryption comes from `$IPP_CURVE_SERVERKEY`
 * where these have none (§17).
 * @throws naming the file that did not come or that others can read, or the field at fault
 */
export async function findConnection(
  settings: EngineSettings,
  { env, home }: Surroundings,
  signal?: AbortSignal,
): Promise<EngineConnection> {
  const connection = await findUnkeyed(settings, { env, home }, signal);
  return { ...connection, curve_serverkey: connection.curve_serverkey ?? env["IPP_CURVE_SERVERKEY"] ?? null };
}

async function findUnkeyed(
  settings: EngineSettings,
  { env, home }: Surroundings,
  signal: AbortSignal | undefined,
): Promise<EngineConnection> {
  const told = env["IPP_CONNECTION_INFO"];
  if (settings.file === undefined && told) return readConnection(told, "$IPP_CONNECTION_INFO");
  const clusterId = settings.clusterId ?? env["IPP_CLUSTER_ID"] ?? "";
  const file = settings.file ?? clusterPaths(profileDir(settings, env, home), clusterId).engineFile;
  return readConnection(await waitForFile(file, signal), file);
}

async function waitForFile(file: string, signal: AbortSignal | undefined): Promise<string> {
  const startMs = performance.now();
  for (;;) {
    try {
      return readPrivateFile(file);
    } catch (cause) {
      if (cause instanceof FileNotPrivate) throw cause;
      if (performance.now() - startMs > patienceMs)
        throw new Error(`${file} does not come: start the controller first, for example with \`ipcluster start\`.`, {
          cause,
        });
    }
    await sleep(pollMs, undefined, signal ? { signal } : {});
  }
}

async function readConnection(text: string, where: string): Promise<EngineConnection> {
  const value = parse(text, where);
  if (!isWhole(value)) {
    const { engineConnection, parseConnection } = await import("../protocol/connection-file.ts");
    return parseConnection(engineConnection, value, where);
  }
  return { ...optionalFields, ...value };
}

function parse(text: string, where: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new Error(`${where} is not JSON. Restart the controller to write a new one.`, { cause });
  }
}

const ports = ["registration", "control", "mux", "task", "iopub", "hb_ping", "hb_pong"] as const;
const strings = ["interface", "key", "location"] as const;
const optionalFields = {
  ssh: "",
  curve_serverkey: null,
  pack: "json",
  unpack: "json",
  signature_scheme: "hmac-sha256",
};

/**
 * Whether the schema of connection files would take the value as it is. Loading the schema costs an engine 50 ms and
 * 7 MB, so it is only asked for what looks odd here, and for the message to the user.
 */
function isWhole(value: unknown): value is EngineConnection {
  if (!isJsonObject(value)) return false;
  return (
    ports.every((name) => isPort(value[name])) &&
    strings.every((name) => typeof value[name] === "string") &&
    Object.keys(optionalFields).every((name) => value[name] === undefined || isText(name, value[name])) &&
    Array.isArray(value["broadcast"]) &&
    value["broadcast"].every(isPort)
  );
}

const isPort = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;

const isText = (name: string, value: unknown): boolean =>
  typeof value === "string" || (name === "curve_serverkey" && value === null);
