#!/usr/bin/env node
import type { z } from "zod";
import { packageVersion } from "../cli/package-root.ts";
import { command, runCommandSet } from "../cli/run-program.ts";
import { cleanProfile } from "./clean-profile.ts";
import { Cluster, NoSuchCluster } from "./cluster.ts";
import { countedEngines } from "./counted-engines.ts";
import { progressReport, say, sayFailure, watchOver } from "./foreground.ts";
import { Interrupts } from "./interrupts.ts";
import { logsProgram } from "./logs/logs-options.ts";
import { showLogs } from "./logs/show-logs.ts";
import {
  type cleanOptions,
  cleanProgram,
  type enginesOptions,
  enginesProgram,
  type listOptions,
  listProgram,
  type startOptions,
  startProgram,
  type stopOptions,
  stopProgram,
} from "./options.ts";
import { type StatusOptions, statusProgram } from "./status/status-options.ts";

type StartOptions = z.infer<typeof startOptions>;

await runCommandSet(
  {
    name: "ipcluster",
    summary: "Starts, stops and watches clusters: a controller and its engines on this machine.",
    version: packageVersion,
    commands: {
      start: command(startProgram, start),
      stop: command(stopProgram, stop),
      engines: command(enginesProgram, addEngines),
      list: command(listProgram, list),
      status: command(statusProgram, status),
      logs: command(logsProgram, showLogs),
      clean: command(cleanProgram, clean),
    },
  },
  process.argv.slice(2),
);

async function start(options: StartOptions): Promise<number> {
  using interrupts = new Interrupts();
  const cluster = await startCluster(options, interrupts.stop).catch((error) => sayFailure(error, interrupts.stop));
  if (typeof cluster === "number") return cluster;
  const { profile, profileDir } = cluster;
  say(`The cluster of profile "${profile}" is ready: ${countedEngines(options.n)}. Files: ${profileDir}`);
  if (options.daemonize) return 0;
  say("Ctrl-C stops it.");
  const isStopped = await watchCluster(cluster, interrupts.stop);
  await cluster.stop({ signal: interrupts.hurry });
  say("Stopped.");
  return isStopped ? 0 : 1;
}

/** @returns whether somebody wanted the end that has come */
async function watchCluster(cluster: Cluster, stop: AbortSignal): Promise<boolean> {
  const ending = await watchOver(cluster.started, stop);
  if (ending.kind === "interrupted") say("\nStopping engines and controller … (Ctrl-C again kills them)");
  // A controller that was asked to end, by `ipcluster stop` or the panel, ends with code 0.
  else if (ending.kind === "controller-ended" && ending.code === 0) say("The cluster was stopped from elsewhere.");
  else {
    say("The controller has ended unexpectedly: stopping the engines …");
    return false;
  }
  return true;
}

function startCluster(options: StartOptions, signal: AbortSignal): Promise<Cluster> {
  const { n, ip, location, controllerArgs, engineArgs, delay, timeout } = options;
  say(`Starting a controller and ${countedEngines(n)} …`);
  return Cluster.start({
    ...options,
    controller: { ip, location, args: controllerArgs },
    engines: { args: engineArgs },
    delayMs: delay * 1000,
    timeoutMs: timeout * 1000,
    onProgress: progressReport(),
    signal,
  });
}

async function addEngines(options: z.infer<typeof enginesOptions>): Promise<number> {
  using interrupts = new Interrupts();
  const { n, engineArgs, timeout, daemonize } = options;
  const cluster = await Cluster.fromFile(options);
  say(`Starting ${countedEngines(n)} …`);
  const wait = { timeoutMs: timeout * 1000, onProgress: progressReport(), signal: interrupts.stop };
  const engines = await cluster
    .startEngines(n, { args: engineArgs, ...wait })
    .catch((error) => sayFailure(error, interrupts.stop));
  if (typeof engines === "number") return engines;
  say(`${countedEngines(n)} joined: the cluster of profile "${cluster.profile}" has ${cluster.describe().engines}.`);
  if (daemonize) return 0;
  say("Ctrl-C stops these engines.");
  const controller = cluster.processes().filter(({ role }) => role === "controller");
  const { kind } = await watchOver([...controller, ...engines], interrupts.stop);
  if (kind === "interrupted") say("\nStopping these engines … (Ctrl-C again kills them)");
  if (kind === "controller-ended") say("The controller has ended: stopping these engines …");
  await Promise.all(engines.map(({ process }) => process.end(interrupts.hurry)));
  say("Stopped.");
  return 0;
}

/** A cluster that is not running is what was asked for: no error. */
async function stop(options: z.infer<typeof stopOptions>): Promise<number> {
  using interrupts = new Interrupts();
  try {
    const cluster = await Cluster.fromFile(options);
    await cluster.stop({ signal: interrupts.stop });
    say(`Stopped the cluster of profile "${cluster.profile}".`);
  } catch (error) {
    if (!(error instanceof NoSuchCluster)) throw error;
    say(error.message);
  }
  return 0;
}

/** Loaded when asked for: it alone connects, and zeromq takes 30 ms that no other command needs. */
async function status(options: StatusOptions): Promise<number> {
  const { showStatus } = await import("./status/show-status.ts");
  return showStatus(options);
}

async function clean(options: z.infer<typeof cleanOptions>): Promise<number> {
  say(cleanProfile(options));
  return 0;
}

async function list({ output, ipythonDir }: z.infer<typeof listOptions>): Promise<undefined> {
  const all = await Cluster.list(ipythonDir === undefined ? {} : { ipythonDir });
  const rows = all.filter(({ state }) => state !== "stopped");
  if (output === "json") {
    process.stdout.write(`${JSON.stringify(rows)}\n`);
    return;
  }
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd([16, 16, 9, 0][column] ?? 0))
      .join(" ")
      .trimEnd();
  const lines = rows.map((row) =>
    line([row.profile, row.clusterId || "''", row.state, row.problem ?? String(row.engines)]),
  );
  process.stdout.write(`${[line(["PROFILE", "CLUSTER ID", "STATE", "ENGINES"]), ...lines].join("\n")}\n`);
}
