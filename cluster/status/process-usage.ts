import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a process of this machine has used. */
export interface ProcessUsage {
  /** Resident, in MiB. */
  readonly memoryMib: number;
  /** Processor time since its start. */
  readonly processorS: number;
}

/** By process id; those that have ended, or cannot be looked at (on Windows), are left out. */
export function usageOf(pids: readonly number[]): ReadonlyMap<number, ProcessUsage> {
  if (pids.length === 0 || process.platform === "win32") return new Map();
  if (process.platform !== "linux") return usageFromPs(pids);
  const rows = pids.flatMap((pid) => {
    const usage = usageFromProc(pid);
    return usage ? [[pid, usage] as const] : [];
  });
  return new Map(rows);
}

/** Linux reports to programs in hundredths of a second, whatever the kernel's own ticks are. */
const ticksPerSecond = 100;

/** proc(5): fields 14 and 15 of `stat` are processor time, VmRSS of `status` is memory in KiB. */
function usageFromProc(pid: number): ProcessUsage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in field 2 may hold blanks: what follows its `)` begins with field 3.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    const ticks = Number(fields[11]) + Number(fields[12]);
    // A zombie has no memory any more.
    return kib === undefined ? undefined : { memoryMib: Number(kib) / 1024, processorS: ticks / ticksPerSecond };
  } catch {
    return undefined; // It has ended.
  }
}

function usageFromPs(pids: readonly number[]): ReadonlyMap<number, ProcessUsage> {
  let output = "";
  try {
    output = execFileSync("ps", ["-o", "pid=,rss=,time=", "-p", pids.join(",")], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, LC_ALL: "C" },
    });
  } catch {
    return new Map(); // ps ends with code 1 when none of them exists.
  }
  const rows = output.split("\n").flatMap((line) => {
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
