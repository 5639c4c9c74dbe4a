import type { ClusterRow } from "../../protocol/clusters-rpc.ts";

/** What the Clusters panel needs of `cluster/`: the truth on disk, and the two things to do about it. */
export interface Clusters {
  /** Every profile's clusters as they stand on disk now. */
  list(): Promise<readonly ClusterRow[]>;
  /**
   * Resolves when all engines have registered; a failed or aborted start leaves no process.
   * @throws an error whose message tells the user what happened and what to do
   */
  start(id: string, n: number, signal: AbortSignal): Promise<void>;
  /** Resolves when no process of the cluster is left. A cluster that is not running is no error. */
  stop(id: string): Promise<void>;
  /** Calls back whenever `list` may answer something else, until the signal aborts. */
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}
