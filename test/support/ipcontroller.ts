import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { programFile } from "../../cli/package-root.ts";
import {
  type ClientConnection,
  clientConnection,
  type EngineConnection,
  engineConnection,
  parseConnection,
} from "../../protocol/connection-file.ts";
import { parseJson } from "../../protocol/json.ts";
import { clusterPaths } from "../../protocol/profile-paths.ts";
import { makeIpythonFolder } from "./ipython-folder.ts";

const startMs = 10_000;

/** A real controller from `dist/` in a profile of its own. Disposing ends it and whatever else runs on the profile. */
export interface RunningController extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly profileDir: string;
  readonly paths: ReturnType<typeof clusterPaths>;
  readonly client: ClientConnection;
  readonly engine: EngineConnection;
  /** What it has logged so far. */
  log(): string;
  /** Settles with its exit code. */
  readonly exited: Promise<number | null>;
}

export interface ControllerSetting {
  readonly args?: readonly string[];
  /** Stands above the test's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files that the profile has before the start, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Resolves when its connection files are there. Heartbeats are quick, as in ipyparallel's own tests. */
export function startController(...args: readonly string[]): Promise<RunningController> {
  return startControllerWith({ args });
}

export async function startControllerWith({
  args = [],
  env,
  files = {},
}: ControllerSetting): Promise<RunningController> {
  const folder = await makeIpythonFolder();
  const profileDir = join(folder.path, "profile_default");
  mkdirSync(profileDir);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(profileDir, name), text);
  const argv = [programFile("controller"), `--profile-dir=${profileDir}`, "--ping=250", ...args];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
  const lines: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => lines.push(text));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const paths = clusterPaths(profileDir, "");
  const dispose = async () => {
    child.kill("SIGTERM");
    await Promise.race([exited, sleep(3000, undefined, { ref: false })]);
    await folder[Symbol.asyncDispose]();
  };
  try {
    await waitUntil(() => existsSync(paths.clientFile) && existsSync(paths.engineFile), AbortSignal.timeout(startMs));
    // What it logged before it wrote the files is in the pipe: one turn of the event loop reads it.
    await setImmediate();
    return {
      process: child,
      profileDir,
      paths,
      client: parseConnection(clientConnection, parseJson(readFileSync(paths.clientFile)), paths.clientFile),
      engine: parseConnection(engineConnection, parseJson(readFileSync(paths.engineFile)), paths.engineFile),
      log: () => lines.join(""),
      exited,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw new Error(`The controller did not start: ${lines.join("")}`, { cause: error });
  }
}

/** Polls what no event tells of. Rejects when the signal aborts. */
export async function waitUntil(isTrue: () => boolean, signal: AbortSignal): Promise<void> {
  while (!isTrue()) await sleep(10, undefined, { signal });
}
