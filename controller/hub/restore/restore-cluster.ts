import type { Logger } from "../../../cli/logger.ts";
import { systemClock } from "../../../protocol/clock.ts";
import type { Session } from "../../../protocol/session.ts";
import type { SchedulerServices } from "../../scheduler/scheduler-services.ts";
import { deadEngineRecord } from "../engines/dead-engine-record.ts";
import { type EarlierCluster, readEnginesFile } from "../engines/engines-file.ts";
import type { Registry } from "../engines/registry.ts";
import { Refusal } from "../refusal.ts";
import type { Activity } from "../requests/activity.ts";
import type { Records } from "../requests/records.ts";
import { findRestored, type RestoredRequests } from "./restored-requests.ts";

/** @returns `undefined` where an earlier controller has left nothing that can be read */
export function readEarlierCluster(path: string, log: Logger): EarlierCluster | undefined {
  try {
    const earlier = readEnginesFile(path);
    if (!earlier) log.warn(`there are no engines to restore: ${path} does not exist`);
    return earlier;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(`cannot restore the engines, starting without: ${path} is damaged (${reason})`);
    return undefined;
  }
}

export interface RestoreTools {
  readonly records: Records;
  readonly activity: Activity;
  readonly registry: Registry;
  readonly schedulers: Pick<SchedulerServices, "restore">;
  readonly session: Session;
  readonly log: Logger;
}

/** Takes over the requests that an earlier controller has left open, as far as they are on record. */
export async function restoreRequests({ since }: EarlierCluster, tools: RestoreTools): Promise<void> {
  if (since === undefined) return;
  try {
    const { direct, tasks, endings } = await findRestored(tools.records, tools.session, since);
    takeOverDirect(direct, tools);
    tools.schedulers.restore(tasks, endings);
    tools.log.info(`took over ${tasks.length} tasks of an earlier controller`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    tools.log.warn(`tasks of an earlier controller are not known any more: ${error.message}`);
  }
}

/** Direct requests are with their engines already; those of engines that are gone will not be answered. */
function takeOverDirect(
  direct: RestoredRequests["direct"],
  { activity, records, registry, session }: RestoreTools,
): void {
  for (const [uuid, ids] of direct) {
    if (registry.isRegistered(uuid)) activity.restore(uuid, ids);
    else for (const id of ids) records.record(deadEngineRecord(id, { uuid }, session.packer, systemClock()));
  }
}
