import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** A pause in typing; a collection takes some 50 ms. */
const idleMs = 1000;
/** Less garbage than this is left to V8. */
const worthwhileBytes = 24 * 1024 * 1024;

/**
 * Collects a thread's garbage when it has nothing to do. Every check leaves a few megabytes of a former program, and V8
 * by itself lets them grow to the limit of the heap: a hundred megabytes that every idle notebook would hold.
 */
export class IdleCollector {
  readonly #collect: () => void;
  /** Bytes in use after the last collection. */
  #live = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    setFlagsFromString("--expose-gc");
    this.#collect = runInNewContext("gc") as () => void;
    setFlagsFromString("--no-expose-gc");
  }

  /** To be called after each piece of work. */
  worked(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.collect(), idleMs).unref();
  }

  collect(): void {
    if (process.memoryUsage().heapUsed - this.#live < worthwhileBytes) return;
    this.#collect();
    this.#live = process.memoryUsage().heapUsed;
  }
}
