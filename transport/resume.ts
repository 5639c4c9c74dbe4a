/** Something with a promise whose reaction may get lost. */
export interface Resumable {
  /** Asks the promise again. Must be harmless when nothing was lost. */
  resume(): void;
}

const watched = new Set<Resumable>();

/** @returns what ends the watch */
export function watchForStops(item: Resumable): () => void {
  watched.add(item);
  return () => void watched.delete(item);
}

/**
 * To be called after JavaScript of this thread was stopped by force (an interrupt): V8 has then dropped the queued
 * microtasks, so whatever waits for a socket asks it again.
 */
export function resumeAfterStop(): void {
  for (const item of [...watched]) item.resume();
}
