import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** A controller's log, with its cluster's id or not, and the part of it that was kept; the number is the process's. */
const pattern = /^ipcontroller-(?:.*-)?(\d+)\.(?:log|err|out)(?:\.\d+)?$/;

/** Removes the logs of controllers that have ended. @returns how many */
export function cleanLogs(folder: string, isRunning: (pid: number) => boolean = isProcess): number {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const old = names.filter((name) => {
    const pid = pattern.exec(name)?.[1];
    return pid !== undefined && !isRunning(Number(pid));
  });
  for (const name of old) rmSync(join(folder, name), { force: true });
  return old.length;
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
