import { join } from "node:path";
import { programFile } from "../cli/package-root.ts";
import type { ControllerOptions, EngineOptions, ProgramCommand } from "./cluster-options.ts";
import type { ClusterStore } from "./cluster-store.ts";
import type { LaunchPlan } from "./launchers/launcher.ts";

/** The controller's garbage dies young: a small nursery saves 30 MB. Engines need Node's internals for safe interrupts. */
const controllerCommand: ProgramCommand = [process.execPath, "--max-semi-space-size=4", programFile("controller")];
const engineCommand: ProgramCommand = [process.execPath, "--expose-internals", programFile("engine")];

/** Profile and cluster id travel in the environment, as ipyparallel's launchers pass them (wire protocol §18.1). */
export function controllerPlan(store: ClusterStore, launchId: string, options: ControllerOptions): LaunchPlan {
  const { ip, location, args = [], command = controllerCommand } = options;
  const log = join(store.paths.log, `ipcontroller-${store.clusterId}-${launchId}.log`);
  return {
    kind: "controller",
    command: [...command, ...(ip ? [`--ip=${ip}`] : []), ...(location ? [`--location=${location}`] : []), ...args],
    environment: environmentOf(store),
    outputFile: () => log,
  };
}

/** @param setId names the engines that are started together, also in their log files */
export function enginePlan(store: ClusterStore, setId: string, options: EngineOptions): LaunchPlan {
  const { args = [], command = engineCommand } = options;
  const connection = store.engineConnection();
  return {
    kind: "engine",
    command: [...command, ...args],
    // Where the controller is not up yet, the engine waits for its file.
    environment: { ...environmentOf(store), ...(connection ? { IPP_CONNECTION_INFO: connection } : {}) },
    outputFile: (index) => join(store.paths.log, `ipengine-${store.clusterId}-${setId}-${index}.log`),
  };
}

const environmentOf = (store: ClusterStore): Readonly<Record<string, string>> => ({
  IPP_PROFILE_DIR: store.profile.dir,
  IPP_CLUSTER_ID: store.clusterId,
});
