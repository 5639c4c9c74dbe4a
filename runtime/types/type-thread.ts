import { Worker } from "node:worker_threads";
import { Deferred } from "../../protocol/deferred.ts";
import type { CompilerOptions } from "./compiler.ts";
import type { FromWorker, ToWorker, TypeQuestion, TypeQuestions } from "./type-questions.ts";

/** The compiler's thread is gone; the question that it was asked has no answer. */
export class TypesLost extends Error {
  override name = "TypesLost";
}

export interface ThreadEnd {
  readonly wasOpen: boolean;
  /** What it ended of; `undefined` where it was told to. */
  readonly reason: Error | undefined;
}

/**
 * One worker thread with a compiler in it. It does not keep the process alive.
 * Questions are answered in the order in which they were asked.
 */
export class TypeThread implements AsyncDisposable {
  readonly ended: Promise<ThreadEnd>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Deferred<unknown>>();
  #state: "opening" | "open" | "ended" = "opening";
  #lastId = 0;

  /** @param memoryMb most heap that the compiler may take; the thread ends when it needs more */
  constructor(options: CompilerOptions, memoryMb: number) {
    this.#worker = new Worker(new URL("./type-worker.js", import.meta.url), {
      workerData: options,
      name: "types",
      execArgv: [],
      // What tslab prints must not appear as the user's output.
      stdout: true,
      stderr: true,
      // A small young generation makes the collector work more often: 40 MB less for 2 ms a cell.
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 4 },
    });
    this.#worker.unref();
    const ended = new Deferred<ThreadEnd>();
    this.ended = ended.promise;
    this.#worker.on("message", (message: FromWorker) => {
      if (message.kind !== "opened") return this.#settle(message);
      this.#state = "open";
    });
    const end = (reason: Error | undefined): void => {
      ended.resolve({ wasOpen: this.#state === "open", reason });
      this.#state = "ended";
      for (const waiting of this.#waiting.values()) waiting.reject(lost(reason));
      this.#waiting.clear();
    };
    this.#worker.on("error", end);
    this.#worker.on("exit", () => end(undefined));
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** @throws {TypesLost} when the thread ends first */
  async ask<Kind extends keyof TypeQuestions>(
    kind: Kind,
    params: TypeQuestions[Kind]["params"],
  ): Promise<TypeQuestions[Kind]["result"]> {
    if (this.#state === "ended") throw lost(undefined);
    const id = ++this.#lastId;
    const answer = new Deferred<unknown>();
    this.#waiting.set(id, answer);
    this.#worker.postMessage({ ...({ kind, params } as TypeQuestion), id } satisfies ToWorker);
    return (await answer.promise) as TypeQuestions[Kind]["result"];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(message: Exclude<FromWorker, { kind: "opened" }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "answer") waiting?.resolve(message.result);
    else waiting?.reject(new Error(`The compiler failed: ${message.message}`));
  }
}

const lost = (cause: Error | undefined): TypesLost => new TypesLost("The compiler's thread has ended.", { cause });
