#!/usr/bin/env -S node --max-semi-space-size=4
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../cli/logger.ts";
import { makeProfileFolders } from "../cli/make-profile-folders.ts";
import { runProgram } from "../cli/run-program.ts";
import { Deferred } from "../protocol/deferred.ts";
import { sessionId } from "../protocol/ids.ts";
import { openPacker } from "../protocol/open-packer.ts";
import { clusterPaths, profileDir } from "../protocol/profile-paths.ts";
import { Session } from "../protocol/session.ts";
import { Signer } from "../protocol/signature.ts";
import {
  type Connections,
  engineChannels,
  readConnectionFiles,
  removeConnectionFiles,
  writeConnectionFiles,
} from "./connection-files.ts";
import { ControllerService } from "./controller-service.ts";
import { isLoopback } from "./interfaces.ts";
import { listen } from "./listen.ts";
import { openLog } from "./open-log.ts";
import { type ControllerOptions, program, withEnvironment } from "./options.ts";

/** Clients hear of a shutdown, engines say goodbye; then the controller ends (wire protocol §20). */
const shutdownDelayMs = 1000;

await runProgram(program, process.argv.slice(2), async (options, given) => {
  await runController(
    withEnvironment(options, (key) => key in given, process.env),
    process.env,
  );
  return 0;
});

/** Resolves when a signal or a client has ended the controller, and its files and sockets are gone. */
async function runController(options: ControllerOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const profile = resolve(profileDir(options, env, homedir()));
  const paths = clusterPaths(profile, options.clusterId);
  makeProfileFolders(profile);
  const log = openLog(options, paths.log, env);
  const keepsFiles = options.reuse || options.restore;
  const earlier = keepsFiles ? reusable(paths, log) : undefined;
  const { channels, connections } = await listen(options, earlier, log);
  const ended = new Deferred<string>();
  await using _controller = new ControllerService({
    options,
    channels,
    session: await openSession(connections),
    engineConnection: engineChannels(connections),
    enginesFile: paths.enginesFile,
    shutDown: () => void sleep(shutdownDelayMs).then(() => ended.resolve("a client's request")),
    log,
  });
  endOnSignal(ended);
  const forget = () => (keepsFiles ? undefined : removeConnectionFiles(paths, connections));
  // Also on a crash: a file that leads nowhere makes clients wait.
  process.once("exit", forget);
  if (connections !== earlier) writeConnectionFiles(paths, connections);
  log.info(`listening on ${connections.client.interface}; connection files are in ${paths.security}`);
  if (![connections.client, connections.engine].every((connection) => isLoopback(connection.interface)))
    log.warn("other machines can connect: messages are signed, but not encrypted");
  log.info(`ends on ${await ended.promise}`);
  forget();
}

/** Connections of an earlier controller, where its files are whole. */
function reusable(paths: ReturnType<typeof clusterPaths>, log: Logger): Connections | undefined {
  const earlier = readConnectionFiles(paths);
  if (earlier.kind === "unusable") log.error(`cannot reuse the connection files: ${earlier.reason}; writing new ones`);
  if (earlier.kind === "missing") log.info("there are no connection files to reuse yet");
  return earlier.kind === "usable" ? earlier.connections : undefined;
}

async function openSession({ client }: Connections): Promise<Session> {
  return new Session({
    id: sessionId(randomBytes(16)),
    signer: new Signer(client.key, client.signature_scheme),
    packer: await openPacker(client, "the connection files"),
    pid: process.pid,
  });
}

function endOnSignal(ended: Deferred<string>): void {
  for (const signal of ["SIGTERM", "SIGINT", "SIGABRT"] as const) process.once(signal, () => ended.resolve(signal));
}
