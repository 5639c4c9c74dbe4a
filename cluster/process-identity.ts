import { procStat, psLines } from "./process-table.ts";

/**
 * Tells the processes of these ids that run now by when each was started: an id is given again after its process
 * has ended, the pair of id and start never. Ids of ended processes are left out, also of zombies, which have ended
 * but whose parent has not asked for their exit code.
 *
 * The start is opaque text, the same at each call; empty on Windows, where only existence is known.
 */
export function startsOf(pids: readonly number[]): ReadonlyMap<number, string> {
  if (process.platform === "linux") return collect(pids, startFromProc);
  if (process.platform === "win32") return collect(pids, (pid) => (exists(pid) ? "" : undefined));
  return startsFromPs(pids);
}

function collect(pids: readonly number[], startOf: (pid: number) => string | undefined): Map<number, string> {
  const starts = new Map<number, string>();
  for (const pid of pids) {
    const start = startOf(pid);
    if (start !== undefined) starts.set(pid, start);
  }
  return starts;
}

/** Field 22: clock ticks from boot to the process's start. Field 3 is its state. */
function startFromProc(pid: number): string | undefined {
  const fields = procStat(pid);
  return !fields || /^[ZX]/.test(fields[0] ?? "Z") ? undefined : fields[19];
}

function startsFromPs(pids: readonly number[]): ReadonlyMap<number, string> {
  const rows = psLines("pid=,state=,lstart=", pids).flatMap((line) => {
    const [, pid, state = "", start = ""] = /^\s*(\d+)\s+(\S+)\s+(.*\S)/.exec(line) ?? [];
    return pid === undefined || state.startsWith("Z") ? [] : [[Number(pid), start] as const];
  });
  return new Map(rows);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // No such process, or another person's: not ours either way.
  }
}
