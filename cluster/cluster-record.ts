import type { ClusterFile, EngineSet, ProcessState } from "./cluster-file.ts";
import type { ControllerOptions } from "./cluster-options.ts";
import type { ClusterStore } from "./cluster-store.ts";
import type { LaunchedProcess } from "./launchers/launcher.ts";

/** What a new cluster's file says of it as a whole. */
export interface ClusterSettings {
  readonly n: number;
  readonly delayMs: number;
  readonly controller: ControllerOptions;
}

/** The file of a cluster without engines; `controller` is missing where another program started it. */
export function newClusterFile(
  store: ClusterStore,
  settings: ClusterSettings,
  controller: LaunchedProcess | undefined,
): ClusterFile {
  return {
    cluster: {
      cluster_id: store.clusterId,
      controller_args: [...(settings.controller.args ?? [])],
      controller_ip: settings.controller.ip ?? "",
      controller_location: settings.controller.location ?? "",
      delay: settings.delayMs / 1000,
      n: settings.n,
      profile_dir: store.profile.dir,
      class: "ipyparallel.cluster.cluster.Cluster",
    },
    ...(controller ? { controller: { class: "local", state: processState(store, controller) } } : {}),
    engines: { class: "local", sets: {} },
  };
}

/** The same file with one more set of engines. */
export function withEngineSet(
  file: ClusterFile,
  setId: string,
  store: ClusterStore,
  engines: readonly LaunchedProcess[],
): ClusterFile {
  const states = engines.map((engine, index) => [String(index), { n: 1, ...processState(store, engine) }] as const);
  const set: EngineSet = {
    cluster_id: store.clusterId,
    n: engines.length,
    // ipyparallel's: a set is no process.
    pid: -1,
    profile_dir: store.profile.dir,
    state: "running",
    engines: Object.fromEntries(states),
  };
  return { ...file, engines: { ...file.engines, sets: { ...file.engines.sets, [setId]: set } } };
}

/** The same file without that set. */
export function withoutEngineSet(file: ClusterFile, setId: string): ClusterFile {
  const { [setId]: _, ...sets } = file.engines.sets;
  return { ...file, engines: { ...file.engines, sets } };
}

/** Named as ipyparallel names sets: by the second of the start, with a number where that is taken. */
export function newSetId(taken: readonly string[], nowMs: number): string {
  const second = String(Math.floor(nowMs / 1000));
  let id = second;
  for (let number = 1; taken.includes(id); number++) id = `${second}-${number}`;
  return id;
}

function processState(store: ClusterStore, { record }: LaunchedProcess): ProcessState {
  return {
    cluster_id: store.clusterId,
    output_file: record.outputFile,
    pid: record.pid,
    profile_dir: store.profile.dir,
    state: "running",
  };
}
