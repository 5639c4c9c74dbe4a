import { type FSWatcher, watch } from "node:fs";
import { Deferred } from "../protocol/deferred.ts";

/** Tells of changes of files in some folders (not in their subfolders). */
export class FolderChanges implements Disposable {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #accepts: (fileName: string) => boolean;
  #hasChanged = false;
  #wake: () => void = () => {};

  /** @param accepts which file names count */
  constructor(folders: readonly string[], accepts: (fileName: string) => boolean = () => true) {
    this.#accepts = accepts;
    this.watch(folders);
  }

  /** Watches exactly these folders from now on. */
  watch(folders: readonly string[]): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folders.includes(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#open(folder);
  }

  /** Resolves at the next change, at once if one came since the last call, at the latest after `ms` or on abort. */
  async next(ms: number, signal?: AbortSignal): Promise<void> {
    if (!this.#hasChanged && !signal?.aborted) await this.#wait(ms, signal);
    this.#hasChanged = false;
  }

  async #wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const woken = new Deferred<void>();
    const wake = () => woken.resolve();
    const timer = setTimeout(wake, ms);
    signal?.addEventListener("abort", wake);
    this.#wake = wake;
    await woken.promise;
    clearTimeout(timer);
    signal?.removeEventListener("abort", wake);
  }

  [Symbol.dispose](): void {
    this.watch([]);
  }

  #open(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name !== null && !this.#accepts(name)) return;
        this.#hasChanged = true;
        this.#wake();
      });
      // A watched folder that vanishes: the caller's own polling goes on.
      watcher.on("error", () => this.#forget(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      // No such folder yet, or the system has no watches left: the caller's own polling finds the change.
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
