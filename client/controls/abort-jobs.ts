import { msgId } from "../../protocol/ids.ts";
import type { ConnectionService } from "../connection-service.ts";
import { type Jobs, jobIds } from "../hub/tasks.ts";
import { AsyncResult } from "../results/async-result.ts";
import { fixTargets, recipients, type Targets } from "../targets.ts";
import { type Abortable, abortRequests } from "./abort-requests.ts";

/**
 * Aborts requests of this client or of others, queued or running. Resolves when the engines have heard.
 * @param jobs without it, all that this client has outstanding
 * @param targets engines that are to hear; without it all that may have one of them
 */
export async function abortJobs(
  connection: ConnectionService,
  jobs: Jobs | undefined,
  targets: Targets | undefined,
): Promise<void> {
  const { engines, local, pending } = connection;
  const ids = targets === undefined ? engines.ids : recipients(fixTargets(targets, engines), engines);
  if (jobs === undefined) return abortRequests(connection, pending.outstanding, ids);
  const each = typeof jobs === "object" && !(jobs instanceof AsyncResult) ? jobs : [jobs];
  // A map knows more than its requests: those that it has not sent yet.
  const results = targets === undefined ? each.filter((job) => job instanceof AsyncResult) : [];
  const rest = jobIds(targets === undefined ? each.filter((job) => !(job instanceof AsyncResult)) : jobs, connection);
  const requests = rest.flatMap((id): Abortable[] => {
    const own = local.get(msgId(id));
    return own?.outcome ? [] : [own ?? { msgId: msgId(id), sentTo: undefined }];
  });
  await Promise.all([...results.map((result) => result.abort()), abortRequests(connection, requests, ids)]);
}
