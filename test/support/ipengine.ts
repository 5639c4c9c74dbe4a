import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { programFile } from "../../cli/package-root.ts";
import { type RunningController, waitUntil } from "./ipcontroller.ts";

const startMs = 10_000;

/** A real engine from `dist/`. Disposing kills it; its controller ends what it may have left. */
export class RunningEngine implements AsyncDisposable {
  readonly process: ChildProcess;
  /** Settles with its exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly #lines: string[] = [];

  private constructor(child: ChildProcess) {
    this.process = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#lines.push(text));
    this.exited = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  }

  /** Starts an engine as launchers do: all it needs to know is in its environment. */
  static spawn(profileDir: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): RunningEngine {
    const argv = ["--expose-internals", programFile("engine"), ...args];
    const environment = { ...process.env, IPP_PROFILE_DIR: profileDir, ...env };
    return new RunningEngine(spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "pipe"], env: environment }));
  }

  /** Resolves when it is ready for requests. */
  static async start(
    { profileDir }: Pick<RunningController, "profileDir">,
    args: readonly string[] = [],
  ): Promise<RunningEngine> {
    const engine = RunningEngine.spawn(profileDir, args);
    const isReady = () => engine.log().includes("is ready");
    const failed = engine.exited.then((code) => {
      throw new Error(`The engine ended with ${code}:\n${engine.log()}`);
    });
    await Promise.race([waitUntil(isReady, AbortSignal.timeout(startMs)), failed]);
    return engine;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** What it has logged so far. */
  log(): string {
    return this.#lines.join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGKILL");
    await this.exited;
  }
}
