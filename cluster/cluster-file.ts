import { readFileSync } from "node:fs";
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
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new Error(`${path} is not JSON. Delete it when no cluster of it runs any more.`, { cause });
  }
  const parsed = clusterFile.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is not a cluster file: ${firstIssue(parsed.error)}. Delete it when no cluster of it runs.`);
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
