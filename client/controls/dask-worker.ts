import type { ChildProcess } from "node:child_process";
import { runInThisContext } from "node:vm";

/** What an engine needs to start its Dask worker. */
export interface DaskWorkerPlan {
  /** Program and first arguments; the next is tried where one does not have Dask. */
  readonly commands: readonly (readonly string[])[];
  readonly args: readonly string[];
  /** Ends the worker with the engine: see `transport/guard-script.ts`. */
  readonly guard: string;
  /** How long it may take to register: it imports a lot of Python, perhaps from a network drive. */
  readonly startMs: number;
}

/** An engine's process, where its worker is not a variable of the user. */
interface WorkerHolder {
  daskWorker?: ChildProcess | undefined;
}

/** Starts the engine's worker, unless it has one. Resolves when that has registered. Sent by its source: nothing from outside. */
async function start({ commands, args, guard, startMs }: DaskWorkerPlan): Promise<void> {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const engine: NodeJS.Process & WorkerHolder = process;
  if (engine.daskWorker !== undefined) return;
  const launch = ([program = "", ...first]: readonly string[]) => {
    const argv = [...first, ...args];
    const command: [string, readonly string[]] =
      process.platform === "win32" ? [program, argv] : ["/bin/sh", ["-c", guard, "sh", program, ...argv]];
    const child = spawn(...command, { stdio: ["pipe", "ignore", "pipe"], detached: true });
    child.unref();
    return child;
  };
  const outcome = (child: ReturnType<typeof launch>) =>
    new Promise<string>((resolve) => {
      let words = "";
      setTimeout(() => resolve(`it has not registered after ${startMs / 1000} s\n${words}`), startMs).unref();
      child.on("error", () => resolve("missing"));
      child.stdin.on("error", () => undefined);
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        words = `${words}${text}`.slice(-4000);
        if (words.includes("Registered to:")) resolve("registered");
      });
      child.on("close", (code) => {
        if (engine.daskWorker === child) engine.daskWorker = undefined;
        const isMissing = code === 126 || code === 127 || /No module named '?(dask|distributed)/.test(words);
        resolve(isMissing ? "missing" : `it ended at once\n${words}`);
      });
    });
  for (const command of commands) {
    const child = launch(command);
    engine.daskWorker = child;
    const became = await outcome(child);
    if (became === "registered") return;
    engine.daskWorker = undefined;
    child.stdin.end();
    if (became !== "missing") throw new Error(`The Dask worker did not start: ${became}`);
  }
  const tried = commands.map((command) => command.join(" ")).join(", ");
  throw new Error(
    `No Dask worker can be started (tried: ${tried}). Install Dask where the engines run: pip install "dask[distributed]".`,
  );
}

/** Ends the engine's worker, if it has one. Sent by its source: nothing from outside. */
async function stop(): Promise<void> {
  const engine: NodeJS.Process & WorkerHolder = process;
  const child = engine.daskWorker;
  if (child === undefined) return;
  const closed = new Promise((resolve) => child.on("close", resolve));
  const timer = setTimeout(() => process.kill(-(child.pid ?? Number.NaN), "SIGKILL"), 5000);
  child.stdin?.end();
  if (process.platform === "win32") child.kill();
  await closed;
  clearTimeout(timer);
}

/** From scripts of their own they travel as users' functions do; of this module they would travel by name. */
const travelling = <F>(f: F & { toString(): string }): F =>
  runInThisContext(`(${f.toString()})`, { filename: "tsparallel:dask-worker" }) as F;

export const startDaskWorker = travelling(start);
export const stopDaskWorker = travelling(stop);
