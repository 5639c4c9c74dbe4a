import { AsyncResult } from "../results/async-result.ts";
import type { HubRecords } from "./hub-records.ts";

/** Requests on record: a message id, a result, or several of these. */
export type Tasks = string | AsyncResult<unknown> | readonly (string | AsyncResult<unknown>)[];

/** Their message ids, each once, in order. */
export function idsOf(tasks: Tasks): readonly string[] {
  const each = typeof tasks === "string" || tasks instanceof AsyncResult ? [tasks] : tasks;
  return [...new Set(each.flatMap((task) => (typeof task === "string" ? [task] : task.msgIds)))];
}

/**
 * Sends tasks once more.
 * @returns their new ids
 * @throws {RangeError} naming one that has not ended
 * @throws {RemoteError} (`KeyError`) when one is not on record
 */
export async function resubmitEnded(records: HubRecords, ids: readonly string[]): Promise<readonly string[]> {
  const { pending } = await records.status(ids);
  if (pending.length > 0)
    throw new RangeError(`Task ${pending[0]} has not ended yet, and would run twice: await or abort it first.`);
  return records.resubmit(ids);
}
