import type { Request } from "../requests/request.ts";
import type { RequestGroup } from "../results/request-group.ts";
import { runTimeMs } from "../results/timing.ts";
import { ChunkSizes } from "./chunk-sizes.ts";

/** Chunks that are on their way for each engine: one that it runs, one that is there when it is done. */
const perEngine = 2;
/** With a size of the user's choice all chunks could be sent at once; this bounds what the scheduler must keep. */
const mostOutstanding = 1000;

export interface MapPlan {
  readonly length: number;
  /** Items a chunk; without it the size follows the measured time. */
  readonly chunkSize?: number | undefined;
  /** Most chunks under way at once; without it, what keeps the engines busy. */
  readonly maxOutstanding?: number | undefined;
  /** Whether a failed chunk does not end the map; one that is aborted does. */
  readonly keepsErrors?: boolean | undefined;
  /** At least 1. */
  readonly engines: () => number;
  /** Sends elements `from` to `to`, the last one left out. */
  readonly send: (from: number, to: number) => Request;
}

/**
 * Sends the chunks of one map, the next when one is done, and seals the group after the last. Once a chunk has failed
 * or was aborted, or the map is stopped, no more are sent.
 */
export class MapRun {
  readonly #group: RequestGroup;
  readonly #plan: MapPlan;
  readonly #sizes = new ChunkSizes();
  #next = 0;

  /** @throws what `send` throws for the first chunks; for later ones it breaks the group */
  constructor(group: RequestGroup, plan: MapPlan) {
    this.#group = group;
    this.#plan = plan;
    group.listen(this);
    this.#refill();
  }

  /** What was sent goes on; the rest is not sent. */
  stop(): void {
    if (!this.#group.isSealed) this.#group.seal();
  }

  requestFinished(request: Request): void {
    if (this.#group.isSealed) return;
    const status = request.outcome?.status;
    if (status === "ok" || (status === "error" && this.#plan.keepsErrors)) this.#goOn(request);
    else this.stop();
  }

  #goOn(request: Request): void {
    this.#sizes.record(request.size, runTimeMs(request));
    try {
      this.#refill();
    } catch (error) {
      this.#group.break(error);
    }
  }

  #refill(): void {
    const { length, chunkSize, engines, send } = this.#plan;
    const { maxOutstanding: most = chunkSize === undefined ? perEngine * engines() : mostOutstanding } = this.#plan;
    while (this.#next < length && this.#outstanding() < most) {
      const size = chunkSize ?? this.#sizes.next(length - this.#next, engines());
      const from = this.#next;
      this.#next = Math.min(from + size, length);
      this.#group.add(send(from, this.#next));
    }
    if (this.#next === length) this.#group.seal();
  }

  #outstanding(): number {
    return this.#group.requests.length - this.#group.finishedOrder.length;
  }
}
