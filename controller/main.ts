#!/usr/bin/env -S node --max-semi-space-size=4
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeProfileFolders } from "../cli/make-profile-folders.ts";
import { runProgram } from "../cli/run-program.ts";
import { Deferred } from "../protocol/deferred.ts";
import { sessionId } from "../protocol/ids.ts";
import { openPacker } from "../protocol/open-packer.ts";
import { clusterPaths, profileDir } from "../protocol/profile-paths.ts";
import { Session } from "../protocol/session.ts";
import { Signer } from "../protocol/signature.ts";
import { Complaints } from "./complaints.ts";
import { type Connections, engineChannels, removeConnectionFiles, writeConnectionFiles } from "./connection-files.ts";
import { ControllerService } from "./controller-service.ts";
import { readEarlier } from "./earlier.ts";
import { exposure } from "./exposure.ts";
import { listen } from "./listen.ts";
import { openLog } from "./open-log.ts";
import { type ControllerOptions, program, withEnvironment } from "./options.ts";
import { removeKeys, writeKeys } from "./server-keys.ts";

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
  const earlier = keepsFiles ? readEarlier(options, paths, log) : undefined;
  const complaints = new Complaints(log, () => performance.now());
  const peerRejected = (socket: string, reason: string) => complaints.rejected(socket, reason);
  const { channels, connections, keys } = await listen({ options, earlier, peerRejected, log });
  const ended = new Deferred<string>();
  await using _controller = await ControllerService.start({
    options,
    channels,
    session: await openSession(connections),
    engineConnection: engineChannels(connections),
    paths: { profile, enginesFile: paths.enginesFile },
    complaints,
    shutDown: () => void sleep(shutdownDelayMs).then(() => ended.resolve("a client's request")),
    log,
  });
  endOnSignal(ended);
  const forget = () => {
    if (keepsFiles) return;
    removeConnectionFiles(paths, connections);
    if (keys) removeKeys(paths.curveFile, keys);
  };
  // Also on a crash: a file that leads nowhere makes clients wait.
  process.once("exit", forget);
  if (keys && options.curveSecretkey === undefined) writeKeys(paths.curveFile, keys);
  if (connections !== earlier?.connections) writeConnectionFiles(paths, connections);
  log.info(`listening on ${connections.client.interface}; connection files are in ${paths.security}`);
  const danger = exposure(connections);
  if (danger) log.warn(danger);
  log.info(`ends on ${await ended.promise}`);
  forget();
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
