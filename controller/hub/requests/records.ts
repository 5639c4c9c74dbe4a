import type { MsgId } from "../../../protocol/ids.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { parseQuery } from "../../task-db/query.ts";
import type { RecordChange, TaskDb, TaskRecord } from "../../task-db/task-db.ts";
import { TaskDbRefusal } from "../../task-db/task-db-refusal.ts";
import { Refusal } from "../refusal.ts";

/** What the hub asks of the record service: reads see all that was recorded before them. */
export interface Records extends Pick<TaskDb, "find" | "history" | "remove"> {
  record(change: RecordChange): void;
  /** Whether a request was accepted and has no answer yet. */
  isPending(id: MsgId): boolean;
  isAnswered(id: MsgId): boolean;
}

/** @throws {Refusal} when the database refuses or fails */
export function findRecords(
  records: Records,
  query: JsonObject,
  keys?: readonly string[],
): Promise<readonly TaskRecord[]> {
  return granted(async () => records.find(parseQuery(query), keys));
}

/** @throws {Refusal} when the database fails */
export function removeRecords(records: Records, query: JsonObject): Promise<void> {
  return granted(async () => records.remove(parseQuery(query)));
}

/** @returns what a database gives @throws {Refusal} when it refuses or fails: a client must get an answer */
export async function granted<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof TaskDbRefusal) throw new Refusal(error.ename, error.message);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Refusal("RuntimeError", `The task database failed: ${reason}`, { cause: error });
  }
}

/** The records of these ids, whatever their order. */
export const withIds = (ids: readonly string[]): JsonObject => ({ msg_id: { $in: ids } });
