import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { outputFileVariable } from "../../cli/log/log-cap.ts";
import { startsOf } from "../process-identity.ts";
import type { LaunchedProcess, Launcher, LaunchPlan, ProcessRecord } from "./launcher.ts";
import { isRunning, LocalProcess, untilGone } from "./local-process.ts";

/** Processes on this machine, each in a session of its own. */
export const localLauncher: Launcher = { start, find };

async function start(plan: LaunchPlan, count: number, signal?: AbortSignal): Promise<LaunchedProcess[]> {
  signal?.throwIfAborted();
  const attempts = await Promise.allSettled(Array.from({ length: count }, (_, index) => startOne(plan, index)));
  const started = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
  const failed = attempts.find((attempt) => attempt.status === "rejected");
  if (!failed && !signal?.aborted) return started;
  await Promise.all(started.map((each) => each.end()));
  throw failed ? startError(plan, failed.reason) : signal?.reason;
}

function find(records: readonly ProcessRecord[]): LaunchedProcess[] {
  return records.filter(isRunning).map((record) => new LocalProcess(record));
}

async function startOne(plan: LaunchPlan, index: number): Promise<LocalProcess> {
  const outputFile = plan.outputFile(index);
  const child = spawnDetached(plan, outputFile);
  const exited = exitOf(child);
  await once(child, "spawn");
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new Error("A process that was spawned has an id.");
  const record = { pid, start: startsOf([pid]).get(pid), outputFile };
  return new LocalProcess(record, lastExit(record, exited));
}

/** Of an engine that started itself again, the first one's end is not the end, and nobody learns the last one's code. */
async function lastExit(record: ProcessRecord, exited: Promise<number | undefined>): Promise<number | undefined> {
  const code = await exited;
  if (!isRunning(record)) return code;
  await untilGone(record);
  return undefined;
}

function spawnDetached(plan: LaunchPlan, outputFile: string): ChildProcess {
  const [program, ...args] = plan.command;
  // The starter may be a kernel or an engine: its own parent and its own controller are not the new process's.
  const { JPY_PARENT_PID: _parent, IPP_CONNECTION_INFO: _connection, ...inherited } = process.env;
  const output = openSync(outputFile, "a", 0o600);
  try {
    return spawn(program, args, {
      detached: true,
      windowsHide: true,
      stdio: ["ignore", output, output],
      env: { ...inherited, ...plan.environment, [outputFileVariable]: outputFile },
    });
  } finally {
    closeSync(output);
  }
}

function exitOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? (signal ? 128 + constants.signals[signal] : undefined)));
  });
}

function startError(plan: LaunchPlan, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`The ${plan.kind} could not be started: ${reason} (command: ${plan.command.join(" ")}).`, { cause });
}
