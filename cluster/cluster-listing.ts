import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ClusterRow } from "../protocol/clusters-rpc.ts";
import { judgeState } from "./cluster-state.ts";
import { ClusterStore, type StoredCluster } from "./cluster-store.ts";
import { isRunning } from "./launchers/local-process.ts";
import { chooseProfile, listProfiles, type Profile } from "./profile.ts";

/** Unique in a list of clusters: `<profile>` or `<profile>/<cluster id>`. */
const rowId = (profile: string, clusterId: string): string => (clusterId === "" ? profile : `${profile}/${clusterId}`);

/**
 * A row for every cluster on disk, and one for the default cluster of each profile, running or not; the profile
 * `default` is there even before it exists. Costs a few file reads a cluster.
 */
export function listClusters(ipythonDir?: string): readonly ClusterRow[] {
  const profiles = listProfiles({ ipythonDir });
  const standard = chooseProfile({ profile: "default", ipythonDir });
  const others = profiles.filter(({ dir }) => dir !== standard.dir);
  return [standard, ...others].flatMap(clustersOf);
}

function clustersOf(profile: Profile): readonly ClusterRow[] {
  const ids = new Set(["", ...clusterIds(profile)]);
  return [...ids].sort().map((id) => describeCluster(new ClusterStore(profile, id)));
}

/** Ids of the clusters that have a file in this profile. */
export function clusterIds(profile: Profile): readonly string[] {
  try {
    return readdirSync(join(profile.dir, "security")).flatMap((name) => /^cluster-(.*)\.json$/.exec(name)?.[1] ?? []);
  } catch {
    return []; // The profile or its folder does not exist yet.
  }
}

/** One cluster as it stands now; a file that cannot be read makes it an `error`. */
export function describeCluster(store: ClusterStore): ClusterRow {
  const { profile, clusterId } = store;
  const row = { id: rowId(profile.name, clusterId), profile: profile.name, clusterId };
  try {
    const stored = store.read();
    return { ...row, ...(stored ? judgeStored(store, stored) : { state: "stopped", engines: 0 }) };
  } catch (error) {
    return { ...row, state: "error", engines: 0, problem: error instanceof Error ? error.message : String(error) };
  }
}

function judgeStored(store: ClusterStore, { processes }: StoredCluster) {
  const running = processes.filter(({ record }) => isRunning(record));
  const [controller] = processes.filter(({ role }) => role === "controller");
  return judgeState({
    controller: controller === undefined ? "unseen" : running.includes(controller) ? "running" : "ended",
    engineProcesses: running.filter(({ role }) => role === "engine").length,
    hasConnectionFile: store.hasConnectionFile(),
    registered: store.engineIds().length,
  });
}
