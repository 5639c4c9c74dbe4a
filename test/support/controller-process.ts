import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { programFile } from "../../cli/package-root.ts";
import { clusterPaths } from "../../protocol/profile-paths.ts";
import { waitUntil } from "./ipcontroller.ts";
import { pythonProgram } from "./python.ts";

const startMs = 20_000;

/** Whose controller: this package's, or ipyparallel's own. */
export type ControllerKind = "ours" | "python";

/** A controller in a profile that outlives it, so that another can follow. Disposing ends it. */
export class ControllerProcess implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly #lines: string[] = [];

  private constructor(child: ChildProcess) {
    this.process = child;
    this.exited = once(child, "exit");
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#lines.push(text));
  }

  /** Resolves when it listens. */
  static async start(
    profileDir: string,
    args: readonly string[] = [],
    kind: ControllerKind = "ours",
  ): Promise<ControllerProcess> {
    const [program, ...first] =
      kind === "ours" ? [process.execPath, programFile("controller")] : [pythonProgram("ipcontroller")];
    const argv = [...first, `--profile-dir=${profileDir}`, "--ping=250", ...args];
    const controller = new ControllerProcess(
      spawn(program ?? "", argv, {
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, IPYTHONDIR: profileDir },
      }),
    );
    const { clientFile, engineFile } = clusterPaths(profileDir, "");
    const isReady = () =>
      existsSync(clientFile) &&
      existsSync(engineFile) &&
      (kind === "python" || controller.log().includes("listening on"));
    const failed = controller.exited.then(() => {
      throw new Error(`The controller ended:\n${controller.log()}`);
    });
    await Promise.race([waitUntil(isReady, AbortSignal.timeout(startMs)), failed]);
    failed.catch(() => undefined);
    return controller;
  }

  /** What it has logged so far. */
  log(): string {
    return this.#lines.join("");
  }

  /** Ends it as the system would, without a word to anybody. */
  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGTERM");
    await Promise.race([this.exited, sleep(3000, undefined, { ref: false })]);
    this.process.kill("SIGKILL");
  }
}
