import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterRow } from "../protocol/clusters-rpc.ts";
import type { ClusterFile } from "./cluster-file.ts";
import { describeCluster, listClusters } from "./cluster-listing.ts";
import type { ClusterChoice, ClusterStart, EngineOptions, StartWait } from "./cluster-options.ts";
import { newClusterFile, newSetId, withEngineSet, withoutEngineSet } from "./cluster-record.ts";
import { ClusterStore } from "./cluster-store.ts";
import { commandChoice } from "./command-choice.ts";
import { controllerPlan, enginePlan } from "./launch-plans.ts";
import type { LaunchedProcess } from "./launchers/launcher.ts";
import { localLauncher } from "./launchers/local.ts";
import { createProfile, findProfile } from "./profile.ts";
import { waitForEngines } from "./wait-for-engines.ts";

/** Thrown when a cluster of this profile and id runs already, or what is left of one. */
export class ClusterIsRunning extends Error {
  override name = "ClusterIsRunning";
}

/** Thrown when there is no such cluster to use. */
export class NoSuchCluster extends Error {
  override name = "NoSuchCluster";
}

/** A process of a cluster that runs now. */
export interface ClusterProcess {
  readonly role: "controller" | "engine";
  /** "controller" or "engine 3". */
  readonly name: string;
  readonly process: LaunchedProcess;
}

/**
 * A controller and its engines, in processes of their own: they outlive the program that started them. The truth about
 * them is in the profile's files, which other programs read and change too; nothing is cached here.
 *
 * Disposing stops the cluster: `await using cluster = await Cluster.start({ n: 4 })`.
 */
export class Cluster implements AsyncDisposable {
  readonly #store: ClusterStore;
  /** Processes that this object started: only their parent learns exit codes. */
  readonly #started: ClusterProcess[] = [];

  private constructor(store: ClusterStore) {
    this.#store = store;
  }

  /**
   * Starts a controller and engines; resolves when all engines have registered.
   * @throws {ClusterIsRunning} {LaunchFailure} and then nothing is left of what was started
   */
  static async start(options: ClusterStart = {}): Promise<Cluster> {
    options.signal?.throwIfAborted();
    const store = new ClusterStore(createProfile(options), options.clusterId ?? "");
    const cluster = new Cluster(store);
    const running = cluster.processes();
    if (running.length > 0) throw isRunningAlready(store, running);
    // What is left of an ended cluster would mislead the engines. A controller that reuses its files wants them, though.
    store.remove({
      keepConnection: options.controller?.args?.some((arg) => /^--(reuse|restore)\b/.test(arg)) ?? false,
    });
    try {
      await cluster.#launch(options);
    } catch (error) {
      await cluster.#abandon(error);
      throw error;
    }
    return cluster;
  }

  /**
   * A cluster that runs already, whoever started it.
   * @throws {NoSuchCluster} when none does
   */
  static async fromFile(choice: ClusterChoice = {}): Promise<Cluster> {
    const store = new ClusterStore(findProfile(choice), choice.clusterId ?? "");
    const stored = store.read();
    const isForeign = stored !== undefined && foreignLauncher(stored.file) !== undefined;
    if (stored === undefined ? store.hasConnectionFile() : isForeign || describeCluster(store).state !== "stopped")
      return new Cluster(store);
    // All its processes have ended: a client that found the connection file would wait for ever.
    if (stored !== undefined) store.remove();
    throw new NoSuchCluster(
      `No cluster of ${store.title} is running. Start one with \`ipcluster start ${commandChoice(store)}\`.`,
    );
  }

  /** Every profile's clusters as they stand now; each profile's own one also when it does not run. */
  static async list(options: { readonly ipythonDir?: string } = {}): Promise<readonly ClusterRow[]> {
    return listClusters(options.ipythonDir);
  }

  /** Name of its profile. */
  get profile(): string {
    return this.#store.profile.name;
  }

  /** Folder of its profile. */
  get profileDir(): string {
    return this.#store.profile.dir;
  }

  /** What tells it from other clusters of its profile; empty unless given. */
  get clusterId(): string {
    return this.#store.clusterId;
  }

  /** Path of the file by which clients connect. */
  get connectionFile(): string {
    return this.#store.paths.clientFile;
  }

  /** State and number of engines now. */
  describe(): ClusterRow {
    return describeCluster(this.#store);
  }

  /** The processes that this object started, also those that have ended; the controller first. */
  get started(): readonly ClusterProcess[] {
    return this.#started;
  }

  /** The processes that run now, also those that other programs added; the controller first. */
  processes(): readonly ClusterProcess[] {
    return (this.#store.read()?.processes ?? []).flatMap(({ role, name, record }) => {
      const [found] = localLauncher.find([record]);
      const own = this.#started.find(({ process }) => process.record.pid === record.pid);
      return found ? [{ role, name, process: own?.process ?? found }] : [];
    });
  }

  /**
   * Adds engines; resolves when they have registered.
   * @throws {LaunchFailure} and then none of them is left
   */
  async startEngines(n: number, options: EngineOptions & StartWait = {}): Promise<readonly ClusterProcess[]> {
    const store = this.#store;
    const before = store.engineIds();
    const setId = newSetId(Object.keys(store.read()?.file.engines.sets ?? {}), Date.now());
    const started = await localLauncher.start(enginePlan(store, setId, options), n, options.signal);
    const engines = started.map((process, index) => ({ role: "engine", name: `engine ${index}`, process }) as const);
    try {
      this.#started.push(...engines);
      const file = store.read()?.file ?? newClusterFile(store, { n, delayMs: 0, controller: {} }, undefined);
      store.update(
        withEngineSet(file, setId, store, started),
        started.map(({ record }) => record),
      );
      const [controller] = this.processes().filter(({ role }) => role === "controller");
      await waitForEngines({
        ...{ store, before, expected: n, timeoutMs: options.timeoutMs ?? 60_000 },
        processes: controller ? [controller, ...engines] : engines,
        onProgress: options.onProgress,
        signal: options.signal,
      });
    } catch (error) {
      await Promise.all(started.map((engine) => engine.end()));
      const file = store.read()?.file;
      if (file) store.update(withoutEngineSet(file, setId));
      throw error;
    }
    return engines;
  }

  /**
   * Ends all processes of the cluster; resolves when none is left. Nothing happens where none runs.
   * @param options.signal aborting it kills what has not ended by itself
   */
  async stop(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    this.#refuseForeign();
    // The caller's signal gets one listener, however many processes there are.
    const hurry = options.signal && AbortSignal.any([options.signal]);
    if (hurry) setMaxListeners(0, hurry);
    for (let left = this.processes(); left.length > 0; left = this.processes())
      await Promise.all(left.map(({ process }) => process.end(hurry)));
    this.#store.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #launch(options: ClusterStart): Promise<void> {
    const { n = availableParallelism(), controller = {}, delayMs = 0, signal } = options;
    const store = this.#store;
    const plan = controllerPlan(store, newSetId([], Date.now()), controller);
    const started = await localLauncher.start(plan, 1, signal);
    this.#started.push(...started.map((process) => ({ role: "controller", name: "controller", process }) as const));
    store.create(
      newClusterFile(store, { n, delayMs, controller }, started[0]),
      started.map(({ record }) => record),
    );
    if (delayMs > 0) await sleep(delayMs, undefined, { signal });
    const { timeoutMs, onProgress } = options;
    await this.startEngines(n, { ...options.engines, timeoutMs, onProgress, signal });
  }

  /** Ends what a failed start has begun. */
  async #abandon(error: unknown): Promise<void> {
    await Promise.all(this.#started.map(({ process }) => process.end()));
    // Another program was first: the files are that one's.
    if (!isExisting(error)) this.#store.remove();
    else throw isRunningAlready(this.#store, this.processes());
  }

  /** @throws when launchers of other programs started it: their processes cannot be seen from here */
  #refuseForeign(): void {
    const file = this.#store.read()?.file;
    const foreign = file && foreignLauncher(file);
    if (foreign === undefined) return;
    throw new Error(
      `The cluster of ${this.#store.title} was started by another program with its launcher "${foreign}": stop it there.`,
    );
  }
}

function isRunningAlready(store: ClusterStore, running: readonly ClusterProcess[]): ClusterIsRunning {
  const what = running.some(({ role }) => role === "controller")
    ? `A cluster of ${store.title} is running already`
    : `The controller of ${store.title} has ended, but ${running.length} of its engines still run`;
  return new ClusterIsRunning(
    `${what}. Stop it with \`ipcluster stop ${commandChoice(store)}\`, or start another one with --cluster-id or --profile.`,
  );
}

/** The launcher of another platform, when one has a part of this cluster. */
const foreignLauncher = (file: ClusterFile): string | undefined =>
  [file.controller?.class, file.engines.class].find((name) => name !== undefined && name !== "local");

const isExisting = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EEXIST";
