import { spawn } from "node:child_process";
import type { MonitoredCommand } from "./monitor-messages.ts";

/** The thread's copy of the environment, made when the process started: user code changes another. */
const environment = { ...process.env };

/**
 * Starts this process's program again, as it was started. The successor outlives the process, writes to the same log
 * and stays in its process group, so that whoever ends the group ends it too.
 */
export function startSuccessor({ program, args, folder }: MonitoredCommand): void {
  spawn(program, args, { cwd: folder, env: environment, stdio: "inherit" }).unref();
}
