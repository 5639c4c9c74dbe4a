#!/usr/bin/env -S node --max-semi-space-size=4
import { randomBytes } from "node:crypto";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createLogger, type Logger } from "../cli/logger.ts";
import { makeProfileFolders } from "../cli/make-profile-folders.ts";
import { runProgram } from "../cli/run-program.ts";
import { Deferred } from "../protocol/deferred.ts";
import { sessionId } from "../protocol/ids.ts";
import { clusterPaths, profileDir } from "../protocol/profile-paths.ts";
import { Session } from "../protocol/session.ts";
import { Signer } from "../protocol/signature.ts";
import { bindChannels } from "./channels.ts";
import {
  type ConnectionPlan,
  type Connections,
  describeConnections,
  engineChannels,
  portsOf,
  readConnectionFiles,
  removeConnectionFiles,
  writeConnectionFiles,
} from "./connection-files.ts";
import { ControllerService } from "./controller-service.ts";
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
  const log = openLog(options, paths.log);
  const earlier = options.reuse ? readConnectionFiles(paths) : undefined;

  const ports = earlier ? portsOf(earlier) : { registration: options.port };
  const channels = await bindChannels(earlier?.client.interface ?? interfaceOf(options), ports);
  const connections = earlier ?? describeConnections(planConnections(options), channels);
  const ended = new Deferred<string>();
  await using _controller = new ControllerService({
    options,
    channels,
    session: newSession(connections),
    engineConnection: engineChannels(connections),
    enginesFile: paths.enginesFile,
    shutDown: () => void sleep(shutdownDelayMs).then(() => ended.resolve("a client's request")),
    log,
  });
  endOnSignal(ended);
  const forget = () => (options.reuse ? undefined : removeConnectionFiles(paths, connections));
  // Also on a crash: a file that leads nowhere makes clients wait.
  process.once("exit", forget);
  if (!earlier) writeConnectionFiles(paths, connections);
  log.info(`listening on ${connections.client.interface}; connection files are in ${paths.security}`);
  if (!isLoopback(connections)) log.warn("other machines can connect: messages are signed, but not encrypted");
  log.info(`ends on ${await ended.promise}`);
  forget();
}

function openLog({ logLevel, logToFile }: ControllerOptions, folder: string): Logger {
  // Whoever reads our log may go away; the cluster stays.
  process.stderr.on("error", () => undefined);
  const file = logToFile ? join(folder, `ipcontroller-${process.pid}.log`) : undefined;
  return createLogger({ name: "ipcontroller", level: logLevel, file });
}

function interfaceOf({ ip }: ControllerOptions): string {
  return `tcp://${ip}`;
}

function isLoopback({ client }: Connections): boolean {
  return /^tcp:\/\/(127\.|localhost$|\[::1\])/.test(client.interface);
}

function planConnections(options: ControllerOptions): ConnectionPlan {
  return {
    interface: interfaceOf(options),
    location: options.location ?? hostname(),
    key: options.secure ? (options.key ?? sessionId(randomBytes(16))) : "",
    ssh: options.ssh,
    enginessh: options.enginessh,
    scheme: options.scheme,
  };
}

function newSession({ client: { key, signature_scheme } }: Connections): Session {
  return new Session({
    id: sessionId(randomBytes(16)),
    signer: new Signer(key, signature_scheme),
    pid: process.pid,
  });
}

function endOnSignal(ended: Deferred<string>): void {
  for (const signal of ["SIGTERM", "SIGINT", "SIGABRT"] as const) process.once(signal, () => ended.resolve(signal));
}
