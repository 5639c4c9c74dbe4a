import type { EngineUuid } from "../../../protocol/ids.ts";

export type HeartEvent =
  /** A period is over. */
  | { readonly kind: "beat" }
  /** While `isUneasy`: a fraction of a period is over. */
  | { readonly kind: "probe" }
  | { readonly kind: "pong"; readonly heart: EngineUuid; readonly ping: string }
  /** The heart's connection was made or broken; libzmq does not say which. */
  | { readonly kind: "link-changed"; readonly heart: EngineUuid };

export type HeartEffect =
  | { readonly kind: "ping"; readonly ping: string }
  | { readonly kind: "heart-started"; readonly heart: EngineUuid }
  /** Its connection has changed, and most likely broken. */
  | { readonly kind: "heart-doubted"; readonly heart: EngineUuid }
  /** One that had stopped beats again. */
  | { readonly kind: "heart-returned"; readonly heart: EngineUuid }
  | {
      readonly kind: "heart-stopped";
      readonly heart: EngineUuid;
      readonly cause: "connection-lost" | "silent";
    };

export interface HeartMonitorOptions {
  /** Beats without a pong after which a heart has stopped. */
  readonly maxMisses: number;
  /** Probes after a broken connection without a pong after which a heart has stopped. */
  readonly graceProbes: number;
}

/** So many probes ask a new heart for its first pong, from its registration and from its connection; then beats do. */
const firstProbes = 50;

interface Heart {
  state: "expected" | "restored" | "beating" | "doubted" | "stopped";
  hasAnswered: boolean;
  misses: number;
  /** Probes still to come. */
  probes: number;
}

/**
 * Knows which engines are alive (wire protocol §7.1).
 *
 *     expected ──pong──▶ beating ◀──pong── doubted
 *     restored ──pong──▶   │ └──link-changed──▲ │
 *         └────────────────┴─▶ stopped ◀────────┘  too many misses; no pong within the grace
 *                                 └──pong──▶ beating
 *
 * *restored*: of an engine that an earlier controller knew. A heart that stopped is remembered until it is forgotten:
 * its machine may have slept. Every beat sends a ping to all hearts. When a connection breaks (`kill -9` breaks it within milliseconds) its heart is
 * doubted and pings become frequent probes: a live engine reconnects and answers one of them.
 * Time is counted in beats and probes, so that a controller that was itself suspended does not blame its engines.
 */
export class HeartMonitor {
  readonly #options: HeartMonitorOptions;
  readonly #hearts = new Map<EngineUuid, Heart>();
  #pings = 0;
  /** An answer to a ping before this one is too old to count: one beat is allowed to be late. */
  #oldestValid = 0;
  #lastBeat = 0;

  constructor(options: HeartMonitorOptions) {
    this.#options = options;
  }

  /** Starts to listen for a heart: others are ignored. */
  expect(heart: EngineUuid): void {
    this.#hearts.set(heart, { state: "expected", hasAnswered: false, misses: 0, probes: firstProbes });
  }

  /** Waits for a heart that has been beating before this controller started: no longer than for a silent one. */
  restore(heart: EngineUuid): void {
    this.#hearts.set(heart, { state: "restored", hasAnswered: false, misses: 0, probes: firstProbes });
  }

  /** Whether the connection of a heart broke and it has not answered since. */
  isDoubted(heart: EngineUuid): boolean {
    return this.#hearts.get(heart)?.state === "doubted";
  }

  forget(heart: EngineUuid): void {
    this.#hearts.delete(heart);
  }

  /** Whether some heart needs probes. */
  get isUneasy(): boolean {
    for (const heart of this.#hearts.values()) if (heart.probes > 0) return true;
    return false;
  }

  handle(event: HeartEvent): HeartEffect[] {
    switch (event.kind) {
      case "beat":
        return this.#beat();
      case "probe":
        return this.#probe();
      case "pong":
        return this.#pong(event.heart, event.ping);
      case "link-changed":
        return this.#doubt(event.heart);
    }
  }

  #beat(): HeartEffect[] {
    const stopped: HeartEffect[] = [];
    for (const [uuid, heart] of this.#hearts) {
      if (heart.state === "expected" || heart.state === "stopped") continue;
      heart.misses = heart.hasAnswered ? 0 : heart.misses + 1;
      heart.hasAnswered = false;
      if (heart.misses > this.#options.maxMisses) stopped.push(stop(uuid, heart, "silent"));
    }
    this.#oldestValid = this.#lastBeat;
    this.#lastBeat = this.#pings;
    return [...stopped, this.#ping()];
  }

  #probe(): HeartEffect[] {
    const stopped: HeartEffect[] = [];
    for (const [uuid, heart] of this.#hearts) {
      if (heart.probes === 0) continue;
      heart.probes--;
      if (heart.state === "doubted" && heart.probes === 0) stopped.push(stop(uuid, heart, "connection-lost"));
    }
    return [...stopped, this.#ping()];
  }

  #pong(uuid: EngineUuid, ping: string): HeartEffect[] {
    const heart = this.#hearts.get(uuid);
    const number = /^\d{1,15}$/.test(ping) ? Number(ping) : Number.NaN;
    if (!heart || !(number >= this.#oldestValid && number < this.#pings)) return [];
    const { state } = heart;
    Object.assign(heart, { state: "beating", hasAnswered: true, misses: 0, probes: 0 });
    if (state === "stopped") return [{ kind: "heart-returned", heart: uuid }];
    return state === "expected" ? [{ kind: "heart-started", heart: uuid }] : [];
  }

  #doubt(uuid: EngineUuid): HeartEffect[] {
    const heart = this.#hearts.get(uuid);
    if (!heart) return [];
    const wasBeating = heart.state === "beating";
    if (wasBeating) heart.state = "doubted";
    heart.probes = heart.state === "doubted" ? this.#options.graceProbes : firstProbes;
    return wasBeating ? [{ kind: "heart-doubted", heart: uuid }] : [];
  }

  #ping(): HeartEffect {
    return { kind: "ping", ping: String(this.#pings++) };
  }
}

function stop(uuid: EngineUuid, heart: Heart, cause: "connection-lost" | "silent"): HeartEffect {
  Object.assign(heart, { state: "stopped", probes: 0 });
  return { kind: "heart-stopped", heart: uuid, cause };
}
