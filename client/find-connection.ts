import { homedir } from "node:os";
import { type ClientConnection, clientConnection, parseConnection } from "../protocol/connection-file.ts";
import { parseJson } from "../protocol/json.ts";
import { clusterPaths, profileDir } from "../protocol/profile-paths.ts";
import { FileNotPrivate, readPrivateFile } from "../transport/private-file.ts";
import { ConnectError } from "./errors/failures.ts";

/** Which controller to connect to. The first of these that is given counts; without any, the default profile's. */
export interface ConnectionChoice {
  /** What stands in a connection file. */
  readonly connectionInfo?: Readonly<Record<string, unknown>>;
  /** Path of an `ipcontroller-client.json`. */
  readonly file?: string;
  /** A cluster that was started or found here. */
  readonly cluster?: { readonly connectionFile: string };
  /** Folder of a profile. */
  readonly profileDir?: string;
  /** Name of a profile, `default` unless given. */
  readonly profile?: string;
  /** Which cluster of the profile; its default one unless given. */
  readonly clusterId?: string;
}

/**
 * The key of the controller's encryption comes from `$IPP_CURVE_SERVERKEY` where the file has none.
 * @throws {ConnectError} when there is no such file, it cannot be read, or others than its owner can read it
 * @throws {InvalidConnection} naming the file and the field at fault
 */
export function findConnection(choice: ConnectionChoice): ClientConnection {
  const connection = readConnection(choice);
  return { ...connection, curve_serverkey: connection.curve_serverkey ?? process.env["IPP_CURVE_SERVERKEY"] ?? null };
}

/**
 * Why the controller that was found there will not come back: one that ends removes its file, unless it is to be
 * started again with `--reuse`. `undefined` while it may.
 */
export function whyGone(choice: ConnectionChoice, found: ClientConnection): string | undefined {
  if (choice.connectionInfo) return undefined;
  try {
    const { key, registration } = readConnection(choice);
    if (key === found.key && registration === found.registration) return undefined;
    return "the controller has ended, and another one has taken its place";
  } catch (error) {
    // A file that cannot be read now may be just being written.
    return error instanceof ConnectError && isAbsent(error.cause) ? "the controller has ended" : undefined;
  }
}

function readConnection(choice: ConnectionChoice): ClientConnection {
  if (choice.connectionInfo) return parseConnection(clientConnection, choice.connectionInfo, "connectionInfo");
  const file = choice.file ?? choice.cluster?.connectionFile ?? profileFile(choice);
  return parseConnection(clientConnection, readConnectionFile(file, startCommand(choice)), file);
}

function profileFile(choice: ConnectionChoice): string {
  return clusterPaths(profileDir(choice, process.env, homedir()), choice.clusterId ?? clusterIdOf(choice)).clientFile;
}

/** A launcher's environment names profile and cluster together. */
function clusterIdOf({ profile, profileDir }: ConnectionChoice): string {
  return profile === undefined && profileDir === undefined ? (process.env["IPP_CLUSTER_ID"] ?? "") : "";
}

function readConnectionFile(file: string, command: string): unknown {
  try {
    return parseJson(readPrivateFile(file));
  } catch (cause) {
    if (cause instanceof FileNotPrivate) throw new ConnectError(cause.message, { cause });
    if (isAbsent(cause))
      throw new ConnectError(`There is no ${file}: no cluster is running there. Start one with \`${command}\`.`, {
        cause,
      });
    throw new ConnectError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

const isAbsent = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT";

function startCommand({ profile, profileDir, clusterId }: ConnectionChoice): string {
  return [
    "ipcluster start -n 4",
    ...(profileDir === undefined ? [] : [`--profile-dir ${profileDir}`]),
    ...(profile === undefined || profileDir !== undefined ? [] : [`--profile ${profile}`]),
    ...(clusterId ? [`--cluster-id ${clusterId}`] : []),
  ].join(" ");
}
