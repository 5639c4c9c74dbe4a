import { readFileSync } from "node:fs";
import { procStat, psLines } from "../process-table.ts";

/** What a process of this machine has used. */
export interface ProcessUsage {
  /** Resident, in MiB. */
  readonly memoryMib: number;
  /** Processor time since its start. */
  readonly processorS: number;
}

/** By process id; those that have ended, or cannot be looked at (on Windows), are left out. */
export function usageOf(pids: readonly number[]): ReadonlyMap<number, ProcessUsage> {
  if (process.platform === "win32") return new Map();
  if (process.platform !== "linux") return usageFromPs(pids);
  const rows = pids.flatMap((pid) => {
    const usage = usageFromProc(pid);
    return usage ? [[pid, usage] as const] : [];
  });
  return new Map(rows);
}

/** Linux reports to programs in hundredths of a second, whatever the kernel's own ticks are. */
const ticksPerSecond = 100;

/** Fields 14 and 15 of `stat` are processor time, VmRSS of `status` is memory in KiB. */
function usageFromProc(pid: number): ProcessUsage | undefined {
  const fields = procStat(pid);
  const kib = fields && /^VmRSS:\s+(\d+) kB$/m.exec(statusOf(pid))?.[1];
  // A zombie has no memory any more.
  if (!fields || kib === undefined) return undefined;
  return { memoryMib: Number(kib) / 1024, processorS: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond };
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return ""; // It has just ended.
  }
}

function usageFromPs(pids: readonly number[]): ReadonlyMap<number, ProcessUsage> {
  const rows = psLines("pid=,rss=,time=", pids).flatMap((line) => {
    const [, pid, kib, time = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)/.exec(line) ?? [];
    return pid === undefined
      ? []
      : [[Number(pid), { memoryMib: Number(kib) / 1024, processorS: secondsOf(time) }] as const];
  });
  return new Map(rows);
}

/** `1-02:03:04`, `02:03:04` or `3:04.56`. */
export function secondsOf(time: string): number {
  const [days, clock = ""] = time.includes("-") ? time.split("-") : ["0", time];
  return Number(days) * 86_400 + clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}
