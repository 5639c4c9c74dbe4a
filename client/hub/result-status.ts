import { msgId } from "../../protocol/ids.ts";
import type { ConnectionService } from "../connection-service.ts";
import type { ResultStatus } from "./hub-records.ts";
import { hubResult } from "./hub-result.ts";
import { type Jobs, jobIds } from "./tasks.ts";

/** How requests stand, and the results of those that have ended. */
export interface StatusWithResults extends ResultStatus {
  /** By message id; failed ones are `RemoteError`s. */
  readonly results: ReadonlyMap<string, unknown>;
}

/**
 * Which requests are pending and which have ended: what this client knows itself, and for the rest what the hub knows.
 * @throws {RemoteError} (`KeyError`) when neither knows one
 */
export async function resultStatus(connection: ConnectionService, jobs: Jobs): Promise<ResultStatus> {
  const { local, records } = connection;
  const [pending, completed, others]: [string[], string[], string[]] = [[], [], []];
  for (const id of jobIds(jobs, connection)) {
    const own = local.get(msgId(id));
    const known = own?.isFinished ? completed : pending;
    (own ? known : others).push(id);
  }
  if (others.length === 0) return { pending, completed };
  const status = await records.status(others);
  return { pending: [...pending, ...status.pending], completed: [...completed, ...status.completed] };
}

export async function statusWithResults(connection: ConnectionService, jobs: Jobs): Promise<StatusWithResults> {
  const status = await resultStatus(connection, jobs);
  const ids = status.completed;
  const result = hubResult<unknown[], "many">(connection, ids, { name: "resultStatus", arity: "many", isOwner: false });
  const values = await result.get({ returnErrors: true });
  return { ...status, results: new Map(ids.map((id, index) => [id, values[index]])) };
}
