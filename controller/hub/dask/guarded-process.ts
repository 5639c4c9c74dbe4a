import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { guardScript } from "../../../transport/guard-script.ts";

/** So long it may take to end by itself. */
const patienceMs = 1500;
/** Characters of its output that are kept, to tell why it ended. */
const rememberedText = 4000;
/** How a shell says that there is no such program. */
const notFound = [126, 127];

/** A child process that does not outlive us, not even when we are killed (except on Windows, which has no such shell). */
export class GuardedProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** Resolves when it has ended or could not be started. */
  readonly exited: Promise<void>;
  #hasEnded = false;
  #isMissing = false;
  #lastWords = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdin?.on("error", () => undefined); // It has ended first.
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = `${this.#lastWords}${text}`.slice(-rememberedText);
    });
    this.exited = this.#awaitEnd();
  }

  static spawn(program: string, args: readonly string[], env: Readonly<Record<string, string>>): GuardedProcess {
    const [file, argv] =
      process.platform === "win32" ? [program, args] : ["/bin/sh", ["-c", guardScript, "sh", program, ...args]];
    const environment = { ...process.env, ...env };
    return new GuardedProcess(
      spawn(file, argv, { stdio: ["pipe", "ignore", "pipe"], detached: true, env: environment }),
    );
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether there is no such program. */
  get isMissing(): boolean {
    return this.#isMissing;
  }

  /** The end of what it wrote to its error output. */
  get lastWords(): string {
    return this.#lastWords.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (process.platform === "win32") this.#child.kill();
    this.#child.stdin?.end();
    const hasEnded = await Promise.race([this.exited.then(() => true), sleep(patienceMs, false, { ref: false })]);
    if (!hasEnded) this.#killGroup();
    await this.exited;
  }

  async #awaitEnd(): Promise<void> {
    try {
      const [code] = (await once(this.#child, "close")) as [number | null];
      this.#isMissing = code !== null && notFound.includes(code);
    } catch {
      this.#isMissing = true; // It could not even be started.
    }
    this.#hasEnded = true;
  }

  #killGroup(): void {
    const { pid } = this.#child;
    try {
      if (pid !== undefined) process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }
}
