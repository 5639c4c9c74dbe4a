/** A promise with both its ends in hand. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T | PromiseLike<T>) => void;
  readonly reject: (reason: unknown) => void;

  constructor() {
    let ends: Pick<Deferred<T>, "resolve" | "reject"> | undefined;
    this.promise = new Promise<T>((resolve, reject) => {
      ends = { resolve, reject };
    });
    if (!ends) throw new Error("A promise calls its executor at once.");
    this.resolve = ends.resolve;
    this.reject = ends.reject;
  }
}

/** Rejects with the signal's reason when it aborts first; `work` itself goes on. The listener is removed. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const aborted = new Deferred<never>();
  const onAbort = () => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
