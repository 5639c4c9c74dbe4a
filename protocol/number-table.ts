import { RecentMap } from "./recent-map.ts";

/** Ids of one chunk: consecutive counters of one sender. */
const chunkLength = 4096;
/** 16 MB: the latest 8 million ids where senders count without gaps. */
const mostChunks = 2048;
/** How many ids of another form are remembered at least. */
const mostOthers = 50_000;

/**
 * A small number for each of very many message ids, two bytes apiece.
 *
 * An id ends in its sender's counter (`<session>_<pid>_<counter>`), so that the ids of a sender lie side by side in
 * arrays; as strings in a `Map` they would take a hundred bytes each and much of the garbage collector's time.
 * Ids of another form are kept as strings. Bounded: the oldest are dropped.
 */
export class NumberTable {
  readonly #chunks = new Map<string, Uint16Array>();
  readonly #others = new RecentMap<string, number>(mostOthers);
  /** Where the last access was: most are neighbours. */
  #lastKey = "";
  #lastChunk: Uint16Array | undefined;

  /** @returns 0 where nothing was set or where it was dropped */
  get(id: string): number {
    const place = findPlace(id);
    return (place ? this.#chunk(place.key)?.[place.index] : this.#others.get(id)) ?? 0;
  }

  /** @param value 1 to 65535 */
  set(id: string, value: number): void {
    const place = findPlace(id);
    if (place) (this.#chunk(place.key) ?? this.#add(place.key))[place.index] = value;
    else this.#others.set(id, value);
  }

  #chunk(key: string): Uint16Array | undefined {
    if (key === this.#lastKey) return this.#lastChunk;
    const chunk = this.#chunks.get(key);
    if (!chunk) return undefined;
    this.#lastKey = key;
    this.#lastChunk = chunk;
    return chunk;
  }

  #add(key: string): Uint16Array {
    if (this.#chunks.size >= mostChunks) this.#dropOldest();
    const chunk = new Uint16Array(chunkLength);
    this.#chunks.set(key, chunk);
    return chunk;
  }

  #dropOldest(): void {
    for (const oldest of this.#chunks.keys()) {
      this.#chunks.delete(oldest);
      break;
    }
    this.#lastKey = "";
    this.#lastChunk = undefined;
  }
}

/** The sender with the thousands of its counter, and the rest of the counter; `undefined` for an id without one. */
function findPlace(id: string): { key: string; index: number } | undefined {
  const at = id.lastIndexOf("_");
  const digits = id.slice(at + 1);
  if (at < 0 || !/^(0|[1-9]\d{0,14})$/.test(digits)) return undefined;
  const counter = Number(digits);
  return { key: `${id.slice(0, at)}_${Math.floor(counter / chunkLength)}`, index: counter % chunkLength };
}
