import type { Cluster, ClusterProcess } from "../../cluster/cluster.ts";

/**
 * Sends a signal to one process of a cluster.
 * @throws when no process of this name runs: a signal to a wrong id could end anything
 */
export function signalProcess(cluster: Cluster, name: string, signal: NodeJS.Signals): ClusterProcess {
  const found = cluster.processes().find((each) => each.name === name);
  if (!found) throw new Error(`No ${name} of the cluster runs.`);
  process.kill(found.process.record.pid, signal);
  return found;
}

/** Kills one process of a cluster as the system would, and waits until it is gone. */
export async function killProcess(cluster: Cluster, name: string): Promise<void> {
  await signalProcess(cluster, name, "SIGKILL").process.exited;
}
