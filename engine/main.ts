#!/usr/bin/env -S node --expose-internals
import { homedir } from "node:os";
import { join } from "node:path";
import { capLog } from "../cli/log/log-cap.ts";
import type { LogFields } from "../cli/log/log-record.ts";
import { createLogger, type Logger } from "../cli/logger.ts";
import { clusterPaths, profileDir } from "../protocol/profile-paths.ts";
import { Monitor } from "../runtime/monitor/monitor.ts";
import { EngineService } from "./engine-service.ts";
import { type EngineSettings, engineDefaults } from "./engine-settings.ts";
import type { Surroundings } from "./find-connection.ts";
import { joinCluster, type Membership } from "./join-cluster.ts";

/** As ipyparallel's engine ends when it cannot join a cluster (wire protocol §6.1). */
const notJoined = 255;

const argv = process.argv.slice(2);
if (argv.length === 0) await runEngine(engineDefaults);
else {
  // Launchers say all in the environment: only people need what reads a command line (50 ms, 8 MB).
  const [{ runProgram }, { program }] = await Promise.all([import("../cli/run-program.ts"), import("./options.ts")]);
  await runProgram(program, argv, runEngine);
}

/** Ends the process itself when the engine has ended. */
async function runEngine(settings: EngineSettings): Promise<never> {
  const monitor = new Monitor();
  const surroundings = { env: { ...process.env }, home: homedir() };
  const { workDir } = settings;
  if (workDir !== undefined) process.chdir(workDir);
  const file = logFile(settings, surroundings);
  const openLog = (fields: LogFields) => openEngineLog(settings, file, fields);
  const membership = await joinOrExit(settings, surroundings, openLog({}));
  const log = openLog({ engine: membership.registered.id });
  void capLog({ file, limitMib: settings.logLimit, env: surroundings.env, log });
  const engine = await EngineService.start({ ...membership, monitor, log });
  return engine.exit(await engine.finished);
}

async function joinOrExit(settings: EngineSettings, surroundings: Surroundings, log: Logger): Promise<Membership> {
  try {
    return await joinCluster(settings, surroundings, log);
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error));
    process.exit(notJoined);
  }
}

function openEngineLog({ logLevel, logFormat }: EngineSettings, file: string | undefined, fields: LogFields): Logger {
  return createLogger({ name: "ipengine", level: logLevel, format: logFormat, file, fields });
}

/** `undefined` means stderr. */
function logFile(settings: EngineSettings, { env, home }: Surroundings): string | undefined {
  const { log } = clusterPaths(profileDir(settings, env, home), settings.clusterId ?? env["IPP_CLUSTER_ID"] ?? "");
  return settings.logToFile ? join(log, `ipengine-${process.pid}.log`) : undefined;
}
