import type { ClusterRow } from "../protocol/clusters-rpc.ts";

/** What files and the process table say of one cluster. */
export interface ClusterFacts {
  /** `unseen`: not a process of this machine, or not started with the cluster. */
  readonly controller: "running" | "ended" | "unseen";
  /** Engine processes of this machine that run. */
  readonly engineProcesses: number;
  /** Whether the controller has written how to reach it. */
  readonly hasConnectionFile: boolean;
  /** Engines that the hub knew when it last wrote. */
  readonly registered: number;
}

export type JudgedState = Pick<ClusterRow, "state" | "engines" | "problem">;

/** The state of a cluster that has a cluster file. */
export function judgeState(facts: ClusterFacts): JudgedState {
  const { controller, engineProcesses, hasConnectionFile, registered } = facts;
  if (controller === "running")
    return hasConnectionFile ? { state: "running", engines: registered } : { state: "starting", engines: 0 };
  if (controller === "unseen" && hasConnectionFile) return { state: "running", engines: registered };
  if (engineProcesses === 0) return { state: "stopped", engines: 0 };
  const engines = engineProcesses === 1 ? "1 engine still runs" : `${engineProcesses} engines still run`;
  return {
    state: "error",
    engines: 0,
    problem: `The controller has ended, but ${engines}. Stop the cluster to end them.`,
  };
}
