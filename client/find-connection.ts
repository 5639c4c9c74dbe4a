import { homedir } from "node:os";
import {
  type ClientConnection,
  clientConnection,
  parseConnection,
  parseConnectionText,
} from "../protocol/connection-file.ts";
import { parseJson } from "../protocol/json.ts";
import { clusterPaths, profileDir } from "../protocol/profile-paths.ts";
import { FileNotPrivate, readPrivateFile } from "../transport/private-file.ts";
import { whyAbsent } from "./connection/absent-connection.ts";
import type { ConnectionChoice } from "./connection/connection-choice.ts";
import { ConnectError } from "./errors/failures.ts";

/**
 * The key of the controller's encryption comes from `$IPP_CURVE_SERVERKEY` where the file has none.
 * @throws {ConnectError} when there is no such profile or file, it cannot be read, or others than its owner can read it;
 * for a URL, which alone is not enough
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
  // Where types are not checked, a single text or URL may be all that is given, as the manual's older versions took it.
  if (typeof choice === "string") throw notEnough(choice);
  const { connectionInfo } = choice;
  if (typeof connectionInfo === "string") return parseText(connectionInfo);
  if (connectionInfo) return parseConnection(clientConnection, connectionInfo, "connectionInfo");
  const file = choice.file ?? choice.cluster?.connectionFile ?? profileFile(choice);
  if (isUrl(file)) throw notEnough(file);
  return parseConnection(clientConnection, readConnectionFile(file, choice), file);
}

function parseText(text: string): ClientConnection {
  if (!text.trimStart().startsWith("{")) throw notEnough(text);
  return parseConnectionText(clientConnection, text, "connectionInfo");
}

const isUrl = (text: string): boolean => /^\w+:\/\//.test(text);

function notEnough(text: string): ConnectError {
  if (!isUrl(text))
    return new ConnectError(`A path is given by name: \`Client.connect({ file: ${JSON.stringify(text)} })\`.`);
  return new ConnectError(
    `The URL ${text} is not enough to connect: a controller has several ports, and a key. Copy its ipcontroller-client.json, ` +
      "which lies in the `security` folder of its profile, and give that: `Client.connect({ file })`.",
  );
}

function profileFile(choice: ConnectionChoice): string {
  return clusterPaths(profileDir(choice, process.env, homedir()), choice.clusterId ?? clusterIdOf(choice)).clientFile;
}

/** A launcher's environment names profile and cluster together. */
function clusterIdOf({ profile, profileDir }: ConnectionChoice): string {
  return profile === undefined && profileDir === undefined ? (process.env["IPP_CLUSTER_ID"] ?? "") : "";
}

function readConnectionFile(file: string, choice: ConnectionChoice): unknown {
  try {
    return parseJson(readPrivateFile(file));
  } catch (cause) {
    if (cause instanceof FileNotPrivate) throw new ConnectError(cause.message, { cause });
    if (isAbsent(cause)) throw new ConnectError(whyAbsent(file, choice), { cause });
    throw new ConnectError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

const isAbsent = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT";
