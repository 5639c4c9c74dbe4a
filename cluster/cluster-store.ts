import { chmodSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { createAtomically, writeAtomically } from "../cli/write-atomically.ts";
import { parseJson } from "../protocol/json.ts";
import { clusterPaths } from "../protocol/profile-paths.ts";
import { type ClusterFile, type ProcessState, readClusterFile, readEngineIds, readIfThere } from "./cluster-file.ts";
import type { ProcessRecord } from "./launchers/launcher.ts";
import type { Profile } from "./profile.ts";

/** A process of a cluster as its files tell it. */
interface StoredProcess {
  readonly role: "controller" | "engine";
  /** "controller" or "engine 3": for messages. */
  readonly name: string;
  readonly record: ProcessRecord;
}

/** A cluster as its files tell it, whether or not its processes still run. */
export interface StoredCluster {
  readonly file: ClusterFile;
  readonly processes: readonly StoredProcess[];
}

const startsFile = z.record(z.string(), z.string());

/**
 * The files of one cluster. ipyparallel rewrites the cluster file and drops keys it does not know, so the start times
 * that keep a reused pid from being taken for ours lie in a file of their own, `pid/processes-<id>.json`.
 */
export class ClusterStore {
  readonly profile: Profile;
  readonly clusterId: string;
  readonly paths: ReturnType<typeof clusterPaths>;
  readonly #startsPath: string;

  constructor(profile: Profile, clusterId: string) {
    if (/[/\\\p{Cc}]/u.test(clusterId))
      throw new Error(`"${clusterId}" cannot be a cluster id: it becomes part of file names, so leave out slashes.`);
    this.profile = profile;
    this.clusterId = clusterId;
    this.paths = clusterPaths(profile.dir, clusterId);
    this.#startsPath = join(profile.dir, "pid", `processes-${clusterId}.json`);
  }

  /** `profile "x"`, with the cluster id where there is one: for messages. */
  get title(): string {
    const id = this.clusterId === "" ? "" : `, cluster id "${this.clusterId}"`;
    return `profile "${this.profile.name}"${id}`;
  }

  /** @throws when the cluster file cannot be understood */
  read(): StoredCluster | undefined {
    const file = readClusterFile(this.paths.clusterFile);
    if (file === undefined) return undefined;
    const starts = this.#readStarts();
    const stored = (role: StoredProcess["role"], name: string, state: ProcessState): StoredProcess[] =>
      // Launchers of other platforms keep other keys and have no pid of this machine; 1 and less are never ours to end.
      state.pid > 1
        ? [{ role, name, record: { pid: state.pid, start: starts[state.pid], outputFile: state.output_file } }]
        : [];
    const sets = file.engines.class === "local" ? Object.values(file.engines.sets) : [];
    const engines = sets.flatMap((set) => Object.entries(set.engines));
    const controller = file.controller?.class === "local" ? file.controller.state : undefined;
    return {
      file,
      processes: [
        ...(controller ? stored("controller", "controller", controller) : []),
        ...engines.flatMap(([index, state]) => stored("engine", `engine ${index}`, state)),
      ],
    };
  }

  /** Ids of the engines that the hub knows; old ones where it no longer runs. */
  engineIds(): readonly string[] {
    return readEngineIds(this.paths.enginesFile);
  }

  hasConnectionFile(): boolean {
    return existsSync(this.paths.clientFile);
  }

  /** Text of the engines' connection file, once the controller has written it. */
  engineConnection(): string | undefined {
    return readIfThere(this.paths.engineFile);
  }

  /**
   * Writes the files of a new cluster.
   * @throws with code `EEXIST` when another program has done so since the caller looked
   */
  create(file: ClusterFile, records: readonly ProcessRecord[]): void {
    chmodSync(this.paths.security, 0o700);
    createAtomically(this.paths.clusterFile, JSON.stringify(file));
    this.#addStarts(records);
  }

  /** Writes a changed cluster file; `records` are the processes that are new in it. */
  update(file: ClusterFile, records: readonly ProcessRecord[] = []): void {
    this.#addStarts(records);
    writeAtomically(this.paths.clusterFile, JSON.stringify(file));
  }

  /** Removes what an ended cluster leaves behind; logs stay. The cluster file goes last: while it is there, so is the rest. */
  remove(options: { readonly keepConnection?: boolean } = {}): void {
    const { clientFile, engineFile, enginesFile, clusterFile } = this.paths;
    const connection = options.keepConnection ? [] : [clientFile, engineFile, enginesFile];
    for (const path of [...connection, this.#startsPath, clusterFile]) rmSync(path, { force: true });
  }

  #readStarts(): Readonly<Record<string, string>> {
    try {
      return startsFile.parse(parseJson(readIfThere(this.#startsPath) ?? "{}"));
    } catch {
      return {}; // Without it processes are judged by pid alone, as ipyparallel does.
    }
  }

  #addStarts(records: readonly ProcessRecord[]): void {
    const starts = { ...this.#readStarts() };
    for (const { pid, start } of records) if (start !== undefined) starts[pid] = start;
    writeAtomically(this.#startsPath, JSON.stringify(starts));
  }
}
