import type { ConnectionService } from "../connection-service.ts";
import { remoteError } from "../errors/failures.ts";
import { isOfEngines, type Purge } from "../hub/hub-questions.ts";
import { jobIds } from "../hub/tasks.ts";
import type { Request } from "../requests/request.ts";
import { type TaskMetadata, taskMetadata } from "../requests/task-metadata.ts";
import { fixTargets, recipients } from "../targets.ts";

/** Values of the requests that have ended and that nobody has asked for, by message id; failed ones are `RemoteError`s. */
export function localResults({ local }: ConnectionService): ReadonlyMap<string, unknown> {
  return new Map(local.unclaimed.map((request) => [request.msgId, resultOf(request)]));
}

/** What is known of the requests that pend or that nobody has asked for, by message id. */
export function localMetadata({ local, engines }: ConnectionService): ReadonlyMap<string, TaskMetadata> {
  return new Map(local.kept.map((request) => [request.msgId, taskMetadata(request, engines)]));
}

/** @throws {RangeError} naming a request that has not ended: then nothing is purged */
export function purgeLocal(connection: ConnectionService, what: Purge): void {
  const { local } = connection;
  const isMeant = selection(connection, what);
  const purged = local.kept.filter(isMeant);
  const outstanding = purged.find(({ isFinished }) => !isFinished);
  if (outstanding)
    throw new RangeError(`Task ${outstanding.msgId} has not ended yet: await or abort it before its result is purged.`);
  for (const request of purged) local.requestClaimed(request);
}

function selection(connection: ConnectionService, what: Purge): (request: Request) => boolean {
  if (what === "all") return () => true;
  if (isOfEngines(what)) {
    const { engines } = connection;
    const uuids = new Set(recipients(fixTargets(what.targets, engines), engines).map((id) => engines.uuid(id)));
    return ({ engine }) => engine !== undefined && uuids.has(engine);
  }
  const ids = new Set(jobIds(what, connection));
  return ({ msgId }) => ids.has(msgId);
}

function resultOf({ outcome }: Request): unknown {
  if (outcome?.status === "ok") return outcome.value;
  return outcome && remoteError(outcome.failure);
}
