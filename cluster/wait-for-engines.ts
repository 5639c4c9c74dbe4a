import { Deferred } from "../protocol/deferred.ts";
import type { ClusterStore } from "./cluster-store.ts";
import { FolderChanges } from "./folder-changes.ts";
import { earlyEnd, LaunchFailure } from "./launch-failure.ts";
import type { LaunchedProcess } from "./launchers/launcher.ts";

/** How far a start has come. */
export interface StartProgress {
  /** Whether clients can connect already. */
  readonly isControllerReady: boolean;
  /** Engines of this start that have registered. */
  readonly registered: number;
  /** Engines that this start waits for. */
  readonly expected: number;
}

export interface EnginesWait {
  readonly store: ClusterStore;
  /** Engines that were there before: they do not count. */
  readonly before: readonly string[];
  readonly expected: number;
  /** None of these may end meanwhile. */
  readonly processes: readonly { readonly name: string; readonly process: LaunchedProcess }[];
  readonly timeoutMs: number;
  readonly onProgress?: ((progress: StartProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Longest time that a change stays unseen where the system cannot watch folders. */
const pollMs = 100;

/**
 * Resolves when the controller can be reached and the hub knows the engines.
 * @throws {LaunchFailure} when a process ends or the time is over first
 */
export async function waitForEngines(wait: EnginesWait): Promise<void> {
  const { store, signal } = wait;
  const ended = firstEnd(wait);
  using changes = new FolderChanges([store.paths.log, store.paths.security]);
  const deadline = performance.now() + wait.timeoutMs;
  let told = "";
  for (;;) {
    signal?.throwIfAborted();
    const progress = look(wait);
    const text = JSON.stringify(progress);
    if (text !== told) wait.onProgress?.(progress);
    told = text;
    if (progress.isControllerReady && progress.registered >= wait.expected) return;
    if (performance.now() > deadline) throw tooSlow(wait, progress);
    await Promise.race([changes.next(pollMs, signal), ended]);
  }
}

function look({ store, before, expected }: EnginesWait): StartProgress {
  const registered = store.engineIds().filter((id) => !before.includes(id)).length;
  return { isControllerReady: store.hasConnectionFile(), registered: Math.min(registered, expected), expected };
}

function firstEnd({ processes }: EnginesWait): Promise<never> {
  const ended = new Deferred<never>();
  // Nobody may be waiting any more when a process ends: that is no unhandled failure.
  ended.promise.catch(() => undefined);
  for (const { name, process } of processes)
    void process.exited.then((code) => ended.reject(earlyEnd(name, code, process.record.outputFile)));
  return ended.promise;
}

function tooSlow({ store, timeoutMs }: EnginesWait, progress: StartProgress): LaunchFailure {
  const seconds = timeoutMs / 1000;
  const what = progress.isControllerReady
    ? `only ${progress.registered} of ${progress.expected} engines had registered`
    : "the controller had not written its connection files";
  return new LaunchFailure(`After ${seconds} s ${what}. The logs in ${store.paths.log} may tell why.`);
}
