import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Contender, Measure } from "./measures.ts";

const root = join(import.meta.dirname, "..", "..");

/** ipyparallel, measured by its own client in a Python process. */
export class PythonContender implements Contender {
  readonly #child: ChildProcess;
  readonly #answers: Interface;

  constructor() {
    const python = join(root, ".cache", "python", "bin", "python");
    const child = spawn(python, [join(root, "bench", "ipyparallel_peer.py")], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child = child;
    this.#answers = createInterface({ input: child.stdout });
  }

  async measure(name: Measure, argument: number): Promise<number[]> {
    return (await this.#ask(`${name} ${argument}`)) as number[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ask("stop");
    this.#child.stdin?.end();
    await once(this.#child, "close");
  }

  async #ask(line: string): Promise<unknown> {
    this.#child.stdin?.write(`${line}\n`);
    const [answer] = (await once(this.#answers, "line")) as [string];
    return JSON.parse(answer);
  }
}
