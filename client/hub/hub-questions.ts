import type { JsonObject } from "../../protocol/json.ts";
import type { ConnectionService } from "../connection-service.ts";
import { count, idList, type QueueStatus, readLoad, readQueueStatus } from "../queue-status.ts";
import { AsyncResult } from "../results/async-result.ts";
import { type WaitOptions, waitFor } from "../results/wait-options.ts";
import { fixTargets, recipients, type Targets } from "../targets.ts";
import { type Jobs, jobIds } from "./tasks.ts";

/** Which results are to be forgotten: those of all requests, of some, or of engines. */
export type Purge = "all" | Jobs | OfEngines;

/** All requests that went to these engines. */
interface OfEngines {
  readonly targets: Targets;
}

export const isOfEngines = (what: Purge): what is OfEngines =>
  typeof what === "object" && !(what instanceof AsyncResult) && "targets" in what;

/** The hub's answer. @throws {TimeoutError} when it does not come in time */
export const inTime = <T>(answer: Promise<T>, options: WaitOptions): Promise<T> =>
  waitFor(answer, options, () => "The hub did not answer in time.");

/** How many requests and tasks wait for or run on each engine, by id. */
export async function load(connection: ConnectionService, targets: Targets): Promise<Readonly<Record<number, number>>> {
  return readLoad(await askOfEngines(connection, "load_request", targets));
}

/** How many requests and tasks engines have. */
export async function queueStatus(connection: ConnectionService, targets: Targets): Promise<QueueStatus> {
  return readQueueStatus(await askOfEngines(connection, "queue_request", targets), count);
}

/** Which requests and tasks engines have, by message id. */
export async function queueContents(
  connection: ConnectionService,
  targets: Targets,
): Promise<QueueStatus<readonly string[]>> {
  return readQueueStatus(await askOfEngines(connection, "queue_request", targets, { verbose: true }), idList);
}

/** @throws {RemoteError} (`IndexError`) when one of the tasks is pending */
export async function purgeRecords(connection: ConnectionService, what: Purge): Promise<void> {
  const { engines, records } = connection;
  if (isOfEngines(what)) return records.purge([], recipients(fixTargets(what.targets, engines), engines));
  return records.purge(what === "all" ? what : jobIds(what, connection), []);
}

async function askOfEngines(
  connection: ConnectionService,
  type: string,
  targets: Targets,
  more: JsonObject = {},
): Promise<JsonObject> {
  const { engines } = connection;
  const ids = engines.size === 0 ? null : recipients(fixTargets(targets, engines), engines);
  return connection.askHub(type, { targets: ids, ...more });
}
