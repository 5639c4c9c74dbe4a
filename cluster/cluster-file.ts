import { readFileSync, statSync } from "node:fs";
import { z } from "zod";
import { parseJson } from "../protocol/json.ts";
import { firstIssue } from "../protocol/messages/hub.ts";

/** What ipyparallel keeps of each process. Keys of other launchers (job ids, hosts) are kept as they are. */
const launcherState = {
  cluster_id: z.string(),
  profile_dir: z.string(),
  state: z.string().default("running"),
  pid: z.int().default(-1),
};
const processState = z.looseObject({ ...launcherState, output_file: z.string().default("") });
const engineSet = z.looseObject({
  ...launcherState,
  n: z.int(),
  engines: z.record(z.string(), z.looseObject({ ...processState.shape, n: z.int().default(1) })).default({}),
});
/** `security/cluster-<id>.json` (wire protocol §3.3), key by key as ipyparallel 9.2 writes it. */
const clusterFile = z.looseObject({
  cluster: z.looseObject({
    cluster_id: z.string(),
    controller_args: z.array(z.string()).default([]),
    controller_ip: z.string().default(""),
    controller_location: z.string().default(""),
    delay: z.number().default(0),
    n: z.int().nullable().default(null),
    profile_dir: z.string(),
    class: z.string().default("ipyparallel.cluster.cluster.Cluster"),
  }),
  controller: z.looseObject({ class: z.string(), state: processState.nullable() }).optional(),
  engines: z
    .looseObject({ class: z.string(), sets: z.record(z.string(), engineSet).default({}) })
    .default({ class: "local", sets: {} }),
});
export type ClusterFile = z.infer<typeof clusterFile>;
export type EngineSet = z.infer<typeof engineSet>;
export type ProcessState = z.infer<typeof processState>;

/**
 * @returns `undefined` where there is no such file
 * @throws when it is no cluster file, naming it and the first field at fault
 */
export function readClusterFile(path: string): ClusterFile | undefined {
  const value = readWhole(path);
  if (value === undefined) return undefined;
  const parsed = clusterFile.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is not a cluster file: ${firstIssue(parsed.error)}. Delete it when no cluster of it runs.`);
}

/** How long ipyparallel may take to write a file: its Jupyter extension rewrites ours in place. */
const writingMs = 300;
const pauseMs = 3;
const pause = new Int32Array(new SharedArrayBuffer(4));

/** The file's JSON; one that is cut short is read again as long as somebody may still be writing it. */
function readWhole(path: string): unknown {
  for (;;) {
    const text = readIfThere(path);
    if (text === undefined) return undefined;
    try {
      return parseJson(text);
    } catch (cause) {
      const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
      if (changedMs !== undefined && Date.now() - changedMs > writingMs)
        throw new Error(`${path} is not JSON. Delete it when no cluster of it runs any more.`, { cause });
      Atomics.wait(pause, 0, 0, pauseMs);
    }
  }
}

const enginesFile = z.object({ engines: z.record(z.string(), z.string()) });

/** Ids of the engines that the hub knows, from `log/engines<id>.json`; none where it is missing or half written. */
export function readEngineIds(path: string): readonly string[] {
  try {
    return Object.keys(enginesFile.parse(parseJson(readIfThere(path) ?? "")).engines);
  } catch {
    return []; // Other controllers write it in place: the next look finds it whole.
  }
}

export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
