import { packageVersion } from "../../../cli/package-root.ts";
import type { EngineUuid } from "../../../protocol/ids.ts";
import type { StatusReply } from "../../../protocol/messages/hub.ts";
import type { Engine } from "../engines/registry.ts";
import type { ProcessorLoad } from "./processor-load.ts";
import { openWork, type Work } from "./queue-status.ts";

export interface StatusSources {
  readonly work: Work;
  /** Time since an engine's latest heartbeat. */
  readonly silenceMs: (engine: EngineUuid) => number;
  readonly load: ProcessorLoad;
  readonly connectedClients: () => number;
  readonly db: () => StatusReply["db"];
}

/** Content of `status_reply`. It counts and asks nobody: cheap enough to be asked for every second. */
export function statusOf(sources: StatusSources): StatusReply {
  const { work, load, connectedClients, db } = sources;
  const { user, system } = process.cpuUsage();
  const engines = [...work.registry.engines].sort((a, b) => a.id - b.id);
  return {
    status: "ok",
    version: packageVersion,
    pid: process.pid,
    uptime_s: process.uptime(),
    memory_mb: process.memoryUsage.rss() / 2 ** 20,
    processor_s: (user + system) / 1e6,
    load: load.share,
    clients: connectedClients(),
    engines: engines.map((engine) => engineStatus(engine, sources)),
    unassigned: work.tasks.unassignedCount,
    tasks_finished: work.activity.endedTasks,
    db: db(),
  };
}

function engineStatus({ id, uuid, language }: Engine, { work, silenceMs }: StatusSources): StatusReply["engines"][0] {
  const { queue, held } = openWork(id, work);
  return {
    id,
    uuid,
    language: language ?? null,
    queue: queue.size,
    tasks: held.size,
    completed: work.activity.completedBy(id).count,
    idle_s: queue.size + held.size > 0 ? 0 : work.activity.idleMs(id) / 1000,
    silent_s: silenceMs(uuid) / 1000,
  };
}
