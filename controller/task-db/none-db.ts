import type { MsgId } from "../../protocol/ids.ts";
import type { TaskDb, TaskRecord } from "./task-db.ts";
import { NoData } from "./task-db-refusal.ts";

/** Keeps nothing: whatever is asked of it is refused with {@link NoData}, except to forget. */
export class NoneDb implements TaskDb {
  async write(): Promise<void> {}

  async find(): Promise<readonly TaskRecord[]> {
    throw new NoData();
  }

  async history(): Promise<readonly MsgId[]> {
    throw new NoData();
  }

  async remove(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
