import type { HubReport } from "./hub-report.ts";

/** A process of the cluster on this machine, as files and the process table tell of it. */
export interface SeenProcess {
  readonly role: "controller" | "engine";
  /** `controller`, or `engine 0` of its set where its id is not known. */
  readonly name: string;
  /** Id by which an engine has introduced itself in its log. */
  readonly engine: number | undefined;
  /** Of the process that runs now; `undefined` when it has ended. */
  readonly pid: number | undefined;
  readonly memoryMib: number | undefined;
  /** Share of one processor at the moment: 0.5 = half of one. */
  readonly processor: number | undefined;
  readonly log: string;
  /** Last error in its log, or its last line. */
  readonly lastWords: string | undefined;
}

export interface StatusFacts {
  readonly profile: string;
  readonly clusterId: string;
  readonly address: string;
  readonly hub: HubReport;
  readonly processes: readonly SeenProcess[];
}

export interface EngineStatus {
  readonly id: number;
  readonly uuid: string;
  readonly language: string | null;
  readonly state: "busy" | "idle" | "silent";
  /** Direct requests that it has not answered. */
  readonly queue: number;
  /** Tasks that it holds. */
  readonly tasks: number;
  readonly completed: number;
  readonly idleS: number | null;
  readonly lastHeardS: number | null;
  /** Of the process, where it runs on this machine. */
  readonly pid: number | null;
  readonly memoryMib: number | null;
  readonly processor: number | null;
}

/** How a cluster is; `null` where nobody knows. With `-o json` this is what programs get. */
export interface ClusterStatus {
  readonly profile: string;
  readonly clusterId: string;
  readonly address: string;
  readonly controller: {
    /** `null` for another peer's. */
    readonly version: string | null;
    readonly pid: number | null;
    readonly uptimeS: number | null;
    readonly memoryMib: number | null;
    readonly processor: number | null;
    readonly clients: number | null;
  };
  /** Tasks that no engine has got yet. */
  readonly unassigned: number;
  readonly tasksFinished: number | null;
  readonly db: { readonly name: string; readonly backlog: number; readonly isDegraded: boolean } | null;
  readonly engines: readonly EngineStatus[];
  /** What somebody should look at, in sentences. */
  readonly problems: readonly string[];
}

/** An engine that has not been heard for so long is not idle, whatever it has to do. */
const silentS = 10;

/** Puts together what the hub and this machine know. */
export function clusterStatus(facts: StatusFacts): ClusterStatus {
  const { profile, clusterId, address, hub, processes } = facts;
  const { controller } = hub;
  const own = processes.find(({ role }) => role === "controller");
  return {
    ...{ profile, clusterId, address },
    controller: {
      version: controller?.version ?? null,
      pid: controller?.pid ?? own?.pid ?? null,
      uptimeS: controller?.uptime_s ?? null,
      memoryMib: controller?.memory_mb ?? own?.memoryMib ?? null,
      processor: controller?.load ?? own?.processor ?? null,
      clients: controller?.clients ?? null,
    },
    unassigned: hub.unassigned,
    tasksFinished: controller?.tasks_finished ?? null,
    db: controller
      ? { name: controller.db.name, backlog: controller.db.backlog, isDegraded: controller.db.is_degraded }
      : null,
    engines: hub.engines.map((engine) => engineStatus(engine, processes)),
    problems: problemsOf(facts),
  };
}

function engineStatus(report: HubReport["engines"][number], processes: readonly SeenProcess[]): EngineStatus {
  const { id, uuid, language, queue, tasks, completed, idleS, silentS: lastHeardS } = report;
  const seen = processes.find((each) => each.engine === id && each.pid !== undefined);
  const isSilent = lastHeardS !== undefined && lastHeardS > silentS;
  return {
    ...{ id, uuid, queue, tasks, completed },
    language: language ?? null,
    state: isSilent ? "silent" : queue + tasks > 0 ? "busy" : "idle",
    idleS: idleS ?? null,
    lastHeardS: lastHeardS ?? null,
    pid: seen?.pid ?? null,
    memoryMib: seen?.memoryMib ?? null,
    processor: seen?.processor ?? null,
  };
}

function problemsOf({ hub, processes }: StatusFacts): readonly string[] {
  const ids = new Set(hub.engines.map(({ id }) => id));
  return [
    ...hub.engines.flatMap(({ id, silentS: silence }) =>
      silence !== undefined && silence > silentS
        ? [
            `Engine ${id} has not been heard for ${Math.round(silence)} s: it is stopped, or its machine cannot be reached.`,
          ]
        : [],
    ),
    ...processes.flatMap((each) => (each.pid === undefined ? [endOf(each)] : notRegistered(each, ids))),
    ...(hub.unassigned > 0 && ids.size === 0
      ? [`${hub.unassigned} tasks wait, but no engine is registered: add some with \`ipcluster engines\`.`]
      : []),
    ...(hub.controller?.db.is_degraded
      ? [
          `The task database (${hub.controller.db.name}) fails or is too slow: records are incomplete. See \`ipcluster logs --part controller\`.`,
        ]
      : []),
  ];
}

/** How a process of the cluster ended, as far as its log tells. */
export function endOf({ role, name, engine, lastWords, log }: SeenProcess): string {
  const started = engine === undefined ? `The process of ${name}` : `Engine ${engine}`;
  const said = lastWords === undefined ? "It logged nothing." : `It said last: ${lastWords}`;
  return `${role === "controller" ? "The controller" : started} has ended. ${said} (log: ${log})`;
}

function notRegistered(
  { role, engine, pid, log, lastWords }: SeenProcess,
  ids: ReadonlySet<number>,
): readonly string[] {
  if (role === "controller" || (engine !== undefined && ids.has(engine))) return [];
  const known =
    engine === undefined ? "has not registered" : `was engine ${engine}, which the controller no longer knows`;
  return [
    `Process ${pid} runs, but ${known}.${lastWords === undefined ? "" : ` It said last: ${lastWords}`} (log: ${log})`,
  ];
}
