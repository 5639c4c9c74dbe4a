import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { guardScript } from "./guard-script.ts";

/** So long it may take to end by itself. */
const patienceMs = 1500;
/** Characters of its output that are kept, to tell why it ended. */
const rememberedText = 4000;
/** How a shell says that there is no such program. */
const notFound = [126, 127];

/** A child process that does not outlive us, not even when we are killed (except on Windows, which has no such shell). */
export class GuardedProcess implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Resolves when it has ended or could not be started. */
  readonly exited: Promise<void>;
  #hasEnded = false;
  #isMissing = false;
  #lastWords = "";

  private constructor(child: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#child = child;
    for (const pipe of [child.stdin, this.input]) pipe.on("error", () => undefined); // It has ended first.
    child.stdout.resume();
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = `${this.#lastWords}${text}`.slice(-rememberedText);
    });
    this.exited = this.#awaitEnd();
  }

  static spawn(program: string, args: readonly string[], env: Readonly<Record<string, string>>): GuardedProcess {
    const [file, argv] =
      process.platform === "win32" ? [program, args] : ["/bin/sh", ["-c", guardScript, "sh", program, ...args]];
    const environment = { ...process.env, ...env };
    const child = spawn(file, argv, { stdio: ["pipe", "pipe", "pipe", "pipe"], detached: true, env: environment });
    return new GuardedProcess(child as ChildProcessByStdio<Writable, Readable, Readable>);
  }

  get input(): Writable {
    return this.#child.stdio[3] as Writable;
  }

  /** What it writes and nobody reads is dropped. */
  get output(): Readable {
    return this.#child.stdout;
  }

  /** Its error output, as text. */
  get errors(): Readable {
    return this.#child.stderr;
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
    this.#child.stdin.destroy();
    this.input.destroy();
    const waiting = new AbortController();
    const isLate = sleep(patienceMs, true, { signal: waiting.signal }).catch(() => false);
    if (await Promise.race([isLate, this.exited.then(() => false)])) this.#killGroup();
    waiting.abort();
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
