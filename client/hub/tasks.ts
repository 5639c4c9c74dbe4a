import { inspect } from "node:util";
import { msgId } from "../../protocol/ids.ts";
import type { ConnectionService } from "../connection-service.ts";
import { AsyncResult } from "../results/async-result.ts";

/** Requests on record: a message id, a result, or several of these. */
export type Tasks = string | AsyncResult<unknown> | readonly (string | AsyncResult<unknown>)[];

/** Requests of this or other clients: besides {@link Tasks}, places in the client's history; -1 is what was sent last. */
export type Jobs = number | Tasks | readonly (number | string | AsyncResult<unknown>)[];

/**
 * Their message ids, each once, in order.
 * @throws {RangeError} naming a place that the history does not have
 */
export function jobIds(jobs: Jobs, { local }: ConnectionService): readonly string[] {
  const each: readonly (number | string | AsyncResult<unknown>)[] =
    typeof jobs === "object" && !(jobs instanceof AsyncResult) ? jobs : [jobs];
  return idsOf(each.map((job) => (typeof job === "number" ? local.history.at(job) : job)));
}

/**
 * Their message ids, each once, in order.
 * @throws {TypeError} showing what is no request
 */
export function idsOf(tasks: Tasks): readonly string[] {
  const each: readonly unknown[] = Array.isArray(tasks) ? tasks : [tasks];
  return [...new Set(each.flatMap(idsOfOne))];
}

function idsOfOne(task: unknown): readonly string[] {
  if (typeof task === "string") return [task];
  if (task instanceof AsyncResult) return task.msgIds;
  throw new TypeError(`Requests are named by their results or message ids: ${inspect(task, { depth: 0 })} is neither.`);
}

/**
 * Sends tasks once more.
 * @returns their new ids
 * @throws {RangeError} naming one that has not ended
 * @throws {RemoteError} (`KeyError`) when one is not on record
 */
export async function resubmitEnded(
  { records, pending }: ConnectionService,
  ids: readonly string[],
): Promise<readonly string[]> {
  // What this client has just sent may come to the scheduler after a question to the hub.
  const own = ids.filter((id) => pending.get(msgId(id)));
  const [first] = own.length > 0 ? own : (await records.status(ids)).pending;
  if (first !== undefined)
    throw new RangeError(`Task ${first} has not ended yet, and would run twice: await or abort it first.`);
  return records.resubmit(ids);
}
