import { clearTimeout, setTimeout } from "node:timers";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** A pause in work; a collection takes some 20 to 90 ms. */
const idleMs = 3000;
/** A heap that has grown by less than this is left as it is. */
const worthwhileBytes = 4 * 1024 * 1024;

/**
 * Collects a thread's garbage when it has nothing to do. V8 keeps what a start or a check leaves behind until much later,
 * or for good where the process has little to do: tens of megabytes that every idle notebook would hold.
 */
export class IdleCollector {
  readonly #collect: () => void;
  readonly #mostLiveBytes: number;
  /** Size of the heap after the last collection. */
  #heapBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param mostLiveBytes a heap with more in use is left to V8: to collect it would stop the thread too long */
  constructor(mostLiveBytes = Number.POSITIVE_INFINITY) {
    setFlagsFromString("--expose-gc");
    this.#collect = runInNewContext(collection()) as () => void;
    setFlagsFromString("--no-expose-gc");
    this.#mostLiveBytes = mostLiveBytes;
  }

  /** To be called after each piece of work. */
  worked(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.collect(), idleMs).unref();
  }

  collect(): void {
    const heap = getHeapStatistics();
    const isWorthwhile = heap.total_heap_size - this.#heapBytes >= worthwhileBytes;
    if (!isWorthwhile || heap.used_heap_size > this.#mostLiveBytes) return;
    this.#collect();
    this.#heapBytes = getHeapStatistics().total_heap_size;
  }
}

/**
 * From Node 22 a plain collection gives its pages to a pool of V8's, which returns them to the system 8 s later or with
 * the next collection; only one of last resort returns them at once. Before, options would mean a collection of young
 * objects alone.
 */
function collection(): string {
  const hasPool = Number.parseInt(process.versions.node, 10) >= 22;
  return hasPool ? '() => gc({ type: "major", execution: "sync", flavor: "last-resort" })' : "gc";
}
