/** Comm target of the Clusters panel's manager kernel; JSON-RPC 2.0 messages travel as comm data. */
export const clustersTarget = "tsparallel.clusters";

export type ClusterState = "stopped" | "starting" | "running" | "stopping" | "error";

/** One row of the Clusters panel: a profile's cluster as it stands on disk. */
export interface ClusterRow {
  /** `<profile>` or `<profile>/<cluster id>`: unique in the list. */
  readonly id: string;
  readonly profile: string;
  readonly clusterId: string;
  readonly state: ClusterState;
  /** Engines that the hub knows now. */
  readonly engines: number;
  /** Why `state` is `error`, in a sentence for the user. */
  readonly problem?: string;
}

/** Requests of the panel: parameters and result by method. */
export interface ClustersMethods {
  list: { params: Record<string, never>; result: readonly ClusterRow[] };
  /** Starts a controller and `n` engines; resolves when all have registered. */
  start: { params: { readonly id: string; readonly n: number }; result: ClusterRow };
  /** Stops engines and controller; resolves when no process is left. */
  stop: { params: { readonly id: string }; result: ClusterRow };
}

/** Pushed to every open panel whenever a row changes. */
export interface ClustersChanged {
  readonly method: "changed";
  readonly params: { readonly clusters: readonly ClusterRow[] };
}
