import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { outputFileVariable } from "../../cli/log/log-cap.ts";
import { procStat } from "../process-table.ts";
import type { ProcessRecord } from "./launcher.ts";

/** The engine program in a command line. */
const engineProgram = /(^|[/\\\0 ])(engine[/\\]main\.[jt]s|ipengine)($|[\0 ])/;

/**
 * The engine that an engine started in its own place when native code had to be ended (docs/interrupts.md): no cluster
 * file knows its id, but it stays in the process group of the first. `undefined` where there is none, and for a leader
 * that still runs.
 *
 * Nothing else is taken for it: it must run the engine program and, on Linux, write to the same log. Children that
 * user code left behind do not run that program.
 */
export function successorOf(record: ProcessRecord): number | undefined {
  return membersOf(record).find(({ command }) => engineProgram.test(command))?.pid;
}

/**
 * Whether the process has ended, but children that it started and did not detach go on. Known on Linux alone, where
 * their environment proves whose they are: elsewhere nobody is suspected.
 */
export const hasLeftovers = (record: ProcessRecord): boolean =>
  process.platform === "linux" && membersOf(record).length > 0;

interface Member {
  readonly pid: number;
  /** Words apart by NUL or blank. */
  readonly command: string;
}

function membersOf({ pid, outputFile }: ProcessRecord): readonly Member[] {
  // A group that is gone, as it is nearly always, costs one system call.
  if (process.platform === "win32" || !hasGroup(pid)) return [];
  return process.platform === "linux" ? membersFromProc(pid, outputFile) : membersFromPs(pid);
}

function hasGroup(group: number): boolean {
  try {
    return group > 1 && process.kill(-group, 0);
  } catch {
    return false; // Nobody is left in it, or it is another person's.
  }
}

/** 5 ms for 300 processes. */
function membersFromProc(group: number, outputFile: string): readonly Member[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => groupOf(pid) === group)
    .filter((pid) => read(`/proc/${pid}/environ`).split("\0").includes(`${outputFileVariable}=${outputFile}`))
    .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`) }));
}

/** Field 5; none for a zombie. */
function groupOf(pid: number): number | undefined {
  const [state = "Z", , group] = procStat(pid) ?? [];
  return /^[ZX]/.test(state) ? undefined : Number(group);
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return ""; // It has just ended, or is another person's.
  }
}

function membersFromPs(group: number): readonly Member[] {
  const output = execFileSync("ps", ["-axo", "pid=,pgid=,command="], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return output.split("\n").flatMap((line) => {
    const [, pid, pgid, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid !== undefined && Number(pgid) === group ? [{ pid: Number(pid), command }] : [];
  });
}
