import type { ConnectionService } from "../connection-service.ts";
import { remoteError } from "../errors/failures.ts";
import type { Purge } from "../hub/hub-questions.ts";
import { jobIds } from "../hub/tasks.ts";
import type { Request } from "../requests/request.ts";
import { type TaskMetadata, taskMetadata } from "../requests/task-metadata.ts";
import { fixTargets, recipients } from "../targets.ts";

/** Values of the requests that have ended and that nobody has asked for, by message id; failed ones are `RemoteError`s. */
export function localResults({ local }: ConnectionService): ReadonlyMap<string, unknown> {
  return new Map(local.unclaimed.map((request) => [request.msgId, resultOf(request)]));
}

/** What is known of the requests that pend or that nobody has asked for, by message id. */
export function localMetadata({ local, pending, engines }: ConnectionService): ReadonlyMap<string, TaskMetadata> {
  const requests = [...local.unclaimed, ...pending.unfinished.flatMap((id) => pending.get(id) ?? [])];
  return new Map(requests.map((request) => [request.msgId, taskMetadata(request, engines)]));
}

/** @throws {RangeError} naming a request that has not ended */
export function purgeLocal(connection: ConnectionService, what: Purge): void {
  const { local, pending } = connection;
  const ids = new Set<string>(purgedIds(connection, what));
  const outstanding = pending.unfinished.find((id) => ids.has(id));
  if (outstanding !== undefined)
    throw new RangeError(`Task ${outstanding} has not ended yet: await or abort it before its result is purged.`);
  for (const request of local.unclaimed) if (ids.has(request.msgId)) local.requestClaimed(request);
}

function purgedIds(connection: ConnectionService, what: Purge): readonly string[] {
  const { local, pending, engines } = connection;
  if (typeof what !== "object" || !("targets" in what))
    return what === "all"
      ? [...pending.unfinished, ...local.unclaimed.map(({ msgId }) => msgId)]
      : jobIds(what, connection);
  const uuids = new Set(recipients(fixTargets(what.targets, engines), engines).map((id) => engines.uuid(id)));
  const requests = [...local.unclaimed, ...pending.unfinished.flatMap((id) => pending.get(id) ?? [])];
  return requests.filter(({ engine }) => engine !== undefined && uuids.has(engine)).map(({ msgId }) => msgId);
}

function resultOf({ outcome }: Request): unknown {
  if (outcome?.status === "ok") return outcome.value;
  return outcome && remoteError(outcome.failure);
}
