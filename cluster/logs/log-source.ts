import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { ClusterStore, StoredCluster } from "../cluster-store.ts";
import { type LogLine, readLine } from "./log-line.ts";
import { changedMs, endOfLines, linesBackwards } from "./read-tail.ts";

/** A file that one part of a cluster logs to. */
export interface LogSource {
  readonly path: string;
  readonly role: "controller" | "engine";
}

/** Launchers name logs by the second of the start: `ipengine-<cluster id>-<second>-<n>.log`. */
interface NamedLog extends LogSource {
  /** Seconds since 1970; `undefined` for a log that a program named by its own process id (`--log-to-file`). */
  readonly launched: number | undefined;
}

/**
 * The logs of a cluster: of the run that is now, or else the latest. Without `all`, those of earlier runs are left out.
 * Files that the cluster file names may be missing.
 */
export function findLogs(store: ClusterStore, stored: StoredCluster | undefined, all: boolean): readonly LogSource[] {
  const folder = store.paths.log;
  const listed = (stored?.processes ?? [])
    .filter(({ record }) => record.outputFile !== "")
    .map(({ role, record }) => ({ role, path: record.outputFile }));
  const found = namesIn(folder).flatMap((name) => namedLog(folder, name, store.clusterId) ?? []);
  const start = all ? 0 : startOfRun(listed.length > 0 ? listed.map((log) => timed(log, store.clusterId)) : found);
  const ofRun = found.filter((log) => (log.launched ?? changedMs(log.path) / 1000) >= start);
  const byPath = new Map([...listed, ...ofRun].map(({ path, role }) => [path, { path, role }]));
  return [...byPath.values()];
}

/** The second of the controller's start; of the first engines' where no log of a controller is there. */
export function startOfRun(logs: readonly Pick<NamedLog, "role" | "launched">[]): number {
  const launches = (role: LogSource["role"]) =>
    logs.flatMap((log) => (log.role === role && log.launched !== undefined ? [log.launched] : []));
  const controllers = launches("controller");
  if (controllers.length > 0) return Math.max(...controllers);
  return Math.min(...launches("engine"), Number.MAX_SAFE_INTEGER);
}

/** What a file name tells; `undefined` for files that are no log of this cluster. */
export function namedLog(folder: string, name: string, clusterId: string): NamedLog | undefined {
  const path = join(folder, name);
  const [, role, rest = ""] = /^ip(controller|engine)-(.*)\.log$/.exec(name) ?? [];
  if (role !== "controller" && role !== "engine") return undefined;
  // Process ids have at most 7 digits, the seconds since 1970 have 10.
  if (/^\d{1,7}$/.test(rest)) return clusterId === "" ? { path, role, launched: undefined } : undefined;
  if (!rest.startsWith(`${clusterId}-`)) return undefined;
  const pattern = role === "controller" ? /^(\d{10})(-\d+)?$/ : /^(\d{10})(-\d+)?-\d+$/;
  const launched = pattern.exec(rest.slice(clusterId.length + 1))?.[1];
  return launched === undefined ? undefined : { path, role, launched: Number(launched) };
}

function timed({ path, role }: LogSource, clusterId: string): NamedLog {
  return { path, role, launched: namedLog("", basename(path), clusterId)?.launched };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return []; // Nothing has been logged in this profile yet.
  }
}

/** `controller`, `engine-3`; an engine that has not said its id goes by its file: `engine[1795265419-0]`. */
export function partOf({ role, path }: LogSource, engine: number | undefined): string {
  if (role === "controller") return "controller";
  if (engine !== undefined) return `engine-${engine}`;
  return `engine[${/(\d{10}.*)\.log$/.exec(path)?.[1] ?? basename(path, ".log")}]`;
}

/** So many lines are looked at, from the end, for one that says who writes. */
const mostLooks = 2000;

/** The latest line by which an engine says its id; an engine that started itself again has had several. */
export function latestIntroduction({ path, role }: LogSource): LogLine | undefined {
  if (role !== "engine") return undefined;
  let looks = 0;
  for (const text of linesBackwards(path, endOfLines(path))) {
    const line = readLine(text);
    if (line.engine !== undefined) return line;
    if (++looks > mostLooks) return undefined;
  }
  return undefined;
}
