import type { MsgId } from "../../../protocol/ids.ts";
import type { Query } from "../query.ts";
import type { RecordChange, TaskDb, TaskRecord } from "../task-db.ts";
import { DatabaseFailed } from "../task-db-refusal.ts";
import { DbThread } from "./db-thread.ts";
import { type DbPlan, packChanges, unpackRecords } from "./worker-messages.ts";

/**
 * A database in a thread of its own: however slow its disk or server, the controller's event loop goes on. Should the
 * thread break, what it was asked fails, and the next question opens the database again.
 */
export class WorkerTaskDb implements TaskDb {
  readonly #plan: DbPlan;
  #thread: DbThread;
  #isDisposed = false;

  private constructor(plan: DbPlan, thread: DbThread) {
    this.#plan = plan;
    this.#thread = thread;
  }

  /** @throws {DatabaseFailed} when it cannot be opened */
  static async open(plan: DbPlan): Promise<WorkerTaskDb> {
    const thread = new DbThread(plan);
    await thread.opened();
    return new WorkerTaskDb(plan, thread);
  }

  async write(changes: readonly RecordChange[]): Promise<void> {
    const packed = packChanges(changes);
    const thread = await this.#open();
    await thread.ask({ kind: "write", changes: packed }, [packed.bytes.buffer]);
  }

  async find(query: Query, keys?: readonly string[]): Promise<readonly TaskRecord[]> {
    const thread = await this.#open();
    return unpackRecords(await thread.ask({ kind: "find", query, keys }));
  }

  async history(): Promise<readonly MsgId[]> {
    const thread = await this.#open();
    return (await thread.ask({ kind: "history" })) as readonly MsgId[];
  }

  async remove(query: Query): Promise<void> {
    const thread = await this.#open();
    await thread.ask({ kind: "remove", query });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await this.#thread[Symbol.asyncDispose]();
  }

  async #open(): Promise<DbThread> {
    if (this.#isDisposed) throw new DatabaseFailed("The task database is closed");
    if (this.#thread.hasEnded) this.#thread = new DbThread(this.#plan);
    await this.#thread.opened();
    return this.#thread;
  }
}
