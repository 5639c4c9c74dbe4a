import { Worker } from "node:worker_threads";
import { Deferred } from "../../../protocol/deferred.ts";
import { DatabaseFailed } from "../task-db-refusal.ts";
import {
  type DbAnswers,
  type DbPlan,
  type DbQuestion,
  type FromDbThread,
  type ToDbThread,
  unpackFailure,
} from "./worker-messages.ts";

/** Number of what the thread says first: that its database is open, or why not. */
const opening = 0;
/** How long a database has to close before its thread is ended. */
const closeMs = 1000;

/** One worker thread with a database in it. Questions are answered in the order in which they were asked. */
export class DbThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #opened = new Deferred<unknown>();
  readonly #ended = new Deferred<void>();
  readonly #waiting = new Map<number, Deferred<unknown>>([[opening, this.#opened]]);
  #latest = opening;
  #end: Error | undefined;

  constructor(plan: DbPlan) {
    this.#worker = new Worker(new URL("./task-db-worker.js", import.meta.url), {
      workerData: plan,
      name: "task database",
      execArgv: [],
    });
    this.#worker.on("message", (message: FromDbThread) => this.#settle(message));
    this.#worker.on("error", (error) => this.#close(`its thread broke: ${error.message}`));
    this.#worker.on("exit", () => this.#close("its thread has ended"));
  }

  /** @throws {DatabaseFailed} when the database cannot be opened */
  async opened(): Promise<void> {
    await this.#opened.promise;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /**
   * @param transfer memory that the thread gets for good
   * @throws what the database threw, or {@link DatabaseFailed} when the thread ends first
   */
  async ask<Kind extends DbQuestion["kind"]>(
    question: DbQuestion & { readonly kind: Kind },
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<DbAnswers[Kind]> {
    if (this.#end) throw this.#end;
    const answer = new Deferred<unknown>();
    const number = ++this.#latest;
    this.#waiting.set(number, answer);
    this.#worker.postMessage({ ...question, number } satisfies ToDbThread, [...transfer]);
    return (await answer.promise) as DbAnswers[Kind];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#end) {
      this.ask({ kind: "close" }).catch(() => {});
      const timer = setTimeout(() => void this.#worker.terminate(), closeMs);
      await this.#ended.promise;
      clearTimeout(timer);
    }
  }

  #settle(message: FromDbThread): void {
    const waiting = this.#waiting.get(message.number);
    this.#waiting.delete(message.number);
    if (message.kind === "answer") waiting?.resolve(message.answer);
    else waiting?.reject(unpackFailure(message.failure));
  }

  #close(reason: string): void {
    this.#end ??= new DatabaseFailed(`The task database cannot be reached: ${reason}`);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#end);
    this.#waiting.clear();
    this.#ended.resolve();
  }
}
