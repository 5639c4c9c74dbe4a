import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterRow } from "../protocol/clusters-rpc.ts";
import { Cluster, NoSuchCluster } from "./cluster.ts";
import { listClusters } from "./cluster-listing.ts";
import type { ClusterChoice } from "./cluster-options.ts";
import { FolderChanges } from "./folder-changes.ts";
import { chooseProfile, listProfiles, NoSuchProfile } from "./profile.ts";

/** Which cluster a row id means: `<profile>` or `<profile>/<cluster id>`. */
function choiceOf(id: string): ClusterChoice {
  const [profile = id, clusterId = ""] = id.split("/");
  return { profile, clusterId };
}

/** The clusters of all profiles by row id, as the Clusters panel handles them. */
export const clustersOnDisk = {
  list: async (): Promise<readonly ClusterRow[]> => listClusters(),

  /** Resolves when all engines have registered; a failed or aborted start leaves no process. */
  async start(id: string, n: number, signal: AbortSignal): Promise<void> {
    await Cluster.start({ ...choiceOf(id), n, signal });
  },

  /** Resolves when no process of the cluster is left. A cluster that is not running is no error. */
  async stop(id: string): Promise<void> {
    try {
      const cluster = await Cluster.fromFile(choiceOf(id));
      await cluster.stop();
    } catch (error) {
      if (!(error instanceof NoSuchCluster || error instanceof NoSuchProfile)) throw error;
    }
  },

  watch: (changed: () => void, signal: AbortSignal): Promise<void> => watchClusters(changed, signal),
};

/** Files come in bursts: a start writes four within a few milliseconds. */
const settleMs = 30;
/** Nothing is written when a process is killed: what runs is looked at this often. */
const pollMs = 1000;

/** Calls back whenever `listClusters` answers something else than before, until the signal aborts. */
export async function watchClusters(changed: () => void, signal: AbortSignal, ipythonDir?: string): Promise<void> {
  using changes = new FolderChanges(watchedFolders(ipythonDir), (name) =>
    /^(profile_.*|(cluster|ipcontroller|engines).*\.json)$/.test(name),
  );
  let seen = JSON.stringify(listClusters(ipythonDir));
  while (!signal.aborted) {
    await changes.next(pollMs, signal);
    await sleep(settleMs, undefined, { signal }).catch(() => undefined);
    changes.watch(watchedFolders(ipythonDir));
    const now = JSON.stringify(listClusters(ipythonDir));
    if (now !== seen && !signal.aborted) changed();
    seen = now;
  }
}

function watchedFolders(ipythonDir?: string): readonly string[] {
  const parent = dirname(chooseProfile({ profile: "default", ipythonDir }).dir);
  return [parent, ...listProfiles({ ipythonDir }).flatMap(({ dir }) => [join(dir, "security"), join(dir, "log")])];
}
