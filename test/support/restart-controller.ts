import { spawn } from "node:child_process";
import { once } from "node:events";
import { programFile } from "../../cli/package-root.ts";
import { type RunningController, waitUntil } from "./ipcontroller.ts";

/** A controller on the profile and, with `--reuse` or `--restore`, the ports of one that has ended. */
export interface RestartedController extends AsyncDisposable {
  /** What it has logged so far. */
  log(): string;
}

/** Resolves when it listens. Disposing ends it, but leaves the profile to the first one. */
export async function restartController(
  { profileDir }: RunningController,
  ...args: readonly string[]
): Promise<RestartedController> {
  const argv = [programFile("controller"), `--profile-dir=${profileDir}`, "--ping=250", ...args];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "pipe"] });
  const exited = once(child, "exit");
  const lines: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => lines.push(text));
  const log = () => lines.join("");
  await waitUntil(() => log().includes("listening on"), AbortSignal.timeout(10_000));
  return {
    log,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
