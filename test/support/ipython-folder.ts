import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processesWith } from "./processes.ts";

/** A folder of profiles for one test. Disposing kills whatever still runs on it, and removes it. */
export interface IpythonFolder extends AsyncDisposable {
  readonly path: string;
  /** Ids of the processes that were started for a profile in it. */
  processes(): readonly number[];
}

export async function makeIpythonFolder(): Promise<IpythonFolder> {
  const path = await mkdtemp(join(tmpdir(), "ipython-"));
  const processes = () => processesWith(path);
  return {
    path,
    processes,
    async [Symbol.asyncDispose]() {
      for (const pid of processes()) kill(pid);
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}
