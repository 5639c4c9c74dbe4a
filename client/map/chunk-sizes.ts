/** How long a chunk should keep an engine busy: long beside the half millisecond that a message costs. */
const targetMs = 20;
/** A chunk is at most this many times as large as what was measured: the first items may be quick by chance. */
const growth = 8;
/** Chunks per engine among which the rest is shared, so that all engines end at about the same time. */
const shares = 2;

/**
 * Decides how many items the next chunk of a map gets, from the time that earlier ones took. Begins with one item, so
 * that slow items spread over all engines, and grows to chunks of 20 ms.
 */
export class ChunkSizes {
  #items = 0;
  #totalMs = 0;
  #largest = 0;

  /** A chunk of `size` items kept its engine busy for `ms`. */
  record(size: number, ms: number): void {
    this.#items += size;
    this.#totalMs += ms;
    this.#largest = Math.max(this.#largest, size);
  }

  /** Items for the next chunk, at least 1. */
  next(remaining: number, engines: number): number {
    if (this.#items === 0) return 1;
    const itemMs = this.#totalMs / this.#items;
    const wanted = itemMs > 0 ? targetMs / itemMs : Number.POSITIVE_INFINITY;
    const fair = remaining / (shares * Math.max(engines, 1));
    return Math.max(1, Math.floor(Math.min(wanted, fair, this.#largest * growth)));
  }
}
