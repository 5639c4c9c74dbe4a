import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * A controller's log, with its cluster's id or not, and the part of it that was kept; the number is the process's. One
 * of ten digits is the second at which a launcher started it: that may be the log of this very controller.
 */
const pattern = /^ipcontroller-(?:.*-)?(\d{1,7})\.(?:log|err|out)(?:\.\d+)?$/;

/** Removes the logs of controllers that have ended. */
export function cleanLogs(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names) {
    const pid = pattern.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
