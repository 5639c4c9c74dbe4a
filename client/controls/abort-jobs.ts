import { msgId } from "../../protocol/ids.ts";
import type { ConnectionService } from "../connection-service.ts";
import { type Jobs, jobIds } from "../hub/tasks.ts";
import { AsyncResult } from "../results/async-result.ts";
import { type WaitOptions, whenHeard } from "../results/wait-options.ts";
import { fixTargets, recipients, type Targets } from "../targets.ts";
import { type Abortable, abortRequests } from "./abort-requests.ts";

/** Who is to hear of an abort, and how long that may take. */
export interface AbortOptions extends WaitOptions {
  /** Only these engines hear of it; unless given all that may have one of the requests. */
  readonly targets?: Targets;
}

/**
 * Aborts requests of this client or of others, queued or running. Resolves when the engines have heard.
 * @param jobs without it, all that this client has outstanding
 * @throws {TimeoutError} when they have not heard in time
 */
export async function abortJobs(
  connection: ConnectionService,
  jobs: Jobs | undefined,
  { targets, ...options }: AbortOptions,
): Promise<void> {
  await whenHeard(tellOfAbort(connection, jobs, targets), options);
}

async function tellOfAbort(
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
