import type { ProfileChoice } from "../protocol/profile-paths.ts";
import type { StartProgress } from "./wait-for-engines.ts";

/** A program and its first arguments. */
export type ProgramCommand = readonly [string, ...string[]];

/** Which cluster: its profile (default `default`) and id (default: the profile's own cluster, id ""). */
export interface ClusterChoice extends ProfileChoice {
  readonly clusterId?: string | undefined;
}

/** The controller that a cluster starts. */
export interface ControllerOptions {
  /** Interface to listen on; loopback where none is given. */
  readonly ip?: string | undefined;
  /** Name or address by which others reach this machine. */
  readonly location?: string | undefined;
  /** Further arguments of `ipcontroller`. */
  readonly args?: readonly string[] | undefined;
  /** Another controller program that speaks the same protocol. */
  readonly command?: ProgramCommand | undefined;
}

/** Engines that a cluster starts. */
export interface EngineOptions {
  /** Further arguments of `ipengine`. */
  readonly args?: readonly string[] | undefined;
  /** Another engine program, such as `["python3", "-m", "ipyparallel.engine"]`. */
  readonly command?: ProgramCommand | undefined;
}

/** How to wait for engines. */
export interface StartWait {
  /** Longest time until all engines have registered (default 60 s). */
  readonly timeoutMs?: number | undefined;
  /** Is told how far the start has come, each time that it comes further. */
  readonly onProgress?: ((progress: StartProgress) => void) | undefined;
  /** Aborting ends what was started, then rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a cluster starts with. */
export interface ClusterStart extends ClusterChoice, StartWait {
  /** Engines to start (default: one for each processor). */
  readonly n?: number | undefined;
  readonly controller?: ControllerOptions | undefined;
  readonly engines?: EngineOptions | undefined;
  /** Time between the starts of controller and engines (default 0: engines wait for the controller by themselves). */
  readonly delayMs?: number | undefined;
}
