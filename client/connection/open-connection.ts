import { randomBytes } from "node:crypto";
import { sessionId } from "../../protocol/ids.ts";
import { openPacker } from "../../protocol/open-packer.ts";
import { Session } from "../../protocol/session.ts";
import { Signer } from "../../protocol/signature.ts";
import { openChannels } from "../client-channels.ts";
import { ConnectionService, defaultPatience } from "../connection-service.ts";
import { ConnectError } from "../errors/failures.ts";
import { findConnection, whyGone } from "../find-connection.ts";
import { type KnownOptions, requireKnown } from "../options/known-options.ts";
import type { WaitOptions } from "../results/wait-options.ts";
import type { ConnectionChoice } from "./connection-choice.ts";
import { openRoute } from "./open-route.ts";
import { reach } from "./reach.ts";
import type { SshChoice } from "./ssh-server.ts";

/** Which controller, and how long to wait for it. */
export interface ConnectOptions extends ConnectionChoice, SshChoice, WaitOptions {
  /**
   * Milliseconds that a controller may be away, for example to be started again with `--reuse`; 10,000 unless given.
   * Until then everything outstanding waits; then it fails with `ConnectionLost`.
   */
  readonly reconnectTimeoutMs?: number;
}

const connectOptions: KnownOptions<ConnectOptions> = {
  connectionInfo: true,
  file: true,
  cluster: true,
  profileDir: true,
  profile: true,
  ipythonDir: true,
  clusterId: true,
  sshServer: true,
  sshKey: true,
  sshPassword: true,
  timeoutMs: true,
  signal: true,
  reconnectTimeoutMs: true,
};

/**
 * Connects to a controller; resolves when it has answered.
 * @throws {ConnectError} when there is no connection file, no tunnel comes about, or nobody answers in time
 * @throws {InvalidConnection} when the connection file is damaged
 * @throws {TypeError} naming an option that there is not
 */
export async function openConnection(options: ConnectOptions): Promise<ConnectionService> {
  if (typeof options !== "string") requireKnown(options, connectOptions);
  const file = findConnection(options);
  const packer = await openPacker(file, "The connection file").catch((cause: Error) => {
    throw new ConnectError(cause.message, { cause });
  });
  const signer = new Signer(file.key, file.signature_scheme);
  const session = new Session({ id: sessionId(randomBytes(16)), signer, packer, pid: process.pid });
  const wait = { timeoutMs: 10_000, ...options };
  const { connection: reached, tunnel, site } = await openRoute(file, wait);
  const channels = openChannels(reached, session.id, tunnel);
  const patience = {
    timeoutMs: options.reconnectTimeoutMs ?? defaultPatience.timeoutMs,
    whyGone: () => whyGone(options, file),
    obstacle: site.obstacle,
  };
  const connection = new ConnectionService(channels, session, patience);
  connection.ended.addEventListener("abort", () => tunnel?.letGo(), { once: true });
  try {
    await reach(connection, channels, { ...wait, site });
    return connection;
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}
