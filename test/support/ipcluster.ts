import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { programFile } from "../../cli/package-root.ts";
import type { IpythonFolder } from "./ipython-folder.ts";
import { pythonProgram } from "./python.ts";

/** Runs its arguments in a terminal of their own; what it reads is typed there. */
const inTerminal = `import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)`;

/** The real `ipcluster`, running. */
export class IpclusterProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown[]>;
  #output = "";
  #errors = "";
  #look: () => void = () => {};

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#closed = once(child, "close");
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#output += text;
      this.#look();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
      this.#look();
    });
  }

  static start(folder: IpythonFolder, ...args: readonly string[]): IpclusterProcess {
    return new IpclusterProcess(
      spawn(process.execPath, [programFile("cluster"), ...args], { env: { ...process.env, IPYTHONDIR: folder.path } }),
    );
  }

  /** In a terminal of its own, as a person would run it; both its outputs are one. */
  static startInTerminal(folder: IpythonFolder, ...args: readonly string[]): IpclusterProcess {
    const command = ["-c", inTerminal, process.execPath, programFile("cluster"), ...args];
    return new IpclusterProcess(
      spawn(pythonProgram("python"), command, { env: { ...process.env, IPYTHONDIR: folder.path } }),
    );
  }

  get stdout(): string {
    return this.#output;
  }

  get text(): string {
    return this.#output + this.#errors;
  }

  /** Resolves when the text has been printed; rejects when the program ends without. */
  async printed(text: string): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      this.#look = () => this.text.includes(text) && resolve();
    });
    this.#look();
    const ended = this.#closed.then(() => {
      throw new Error(`ipcluster ended without printing "${text}":\n${this.text}`);
    });
    await Promise.race([seen, ended]);
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** As `| head` does when it has seen enough. */
  closeOutput(): void {
    this.#child.stdout?.destroy();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** @returns the exit code, once the program has ended */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }
}

/** Runs `ipcluster` to its end. */
export async function ipcluster(folder: IpythonFolder, ...args: readonly string[]) {
  await using child = IpclusterProcess.start(folder, ...args);
  const code = await child.ended();
  return { code, stdout: child.stdout, text: child.text };
}
