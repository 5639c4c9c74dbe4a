import type { EngineUuid } from "../../protocol/ids.ts";

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
  state: "expected" | "beating" | "doubted";
  hasAnswered: boolean;
  misses: number;
  /** Probes still to come. */
  probes: number;
}

/**
 * Knows which engines are alive (wire protocol §7.1).
 *
 *     expected ──pong──▶ beating ◀──pong── doubted
 *                          │ └──link-changed──▲ │
 *                          └─▶ stopped ◀────────┘  too many misses; no pong within the grace
 *
 * Every beat sends a ping to all hearts. When a connection breaks (`kill -9` breaks it within milliseconds) its heart is
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
        this.#doubt(event.heart);
        return [];
    }
  }

  #beat(): HeartEffect[] {
    const stopped: HeartEffect[] = [];
    for (const [uuid, heart] of this.#hearts) {
      heart.misses = heart.hasAnswered ? 0 : heart.misses + 1;
      heart.hasAnswered = false;
      if (heart.state !== "expected" && heart.misses > this.#options.maxMisses)
        stopped.push(this.#stop(uuid, "silent"));
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
      if (heart.state === "doubted" && heart.probes === 0) stopped.push(this.#stop(uuid, "connection-lost"));
    }
    return [...stopped, this.#ping()];
  }

  #pong(uuid: EngineUuid, ping: string): HeartEffect[] {
    const heart = this.#hearts.get(uuid);
    const number = /^\d{1,15}$/.test(ping) ? Number(ping) : Number.NaN;
    if (!heart || !(number >= this.#oldestValid && number < this.#pings)) return [];
    const isNew = heart.state === "expected";
    Object.assign(heart, { state: "beating", hasAnswered: true, misses: 0, probes: 0 });
    return isNew ? [{ kind: "heart-started", heart: uuid }] : [];
  }

  #doubt(uuid: EngineUuid): void {
    const heart = this.#hearts.get(uuid);
    if (!heart) return;
    const isNew = heart.state === "expected";
    heart.state = isNew ? "expected" : "doubted";
    heart.probes = isNew ? firstProbes : this.#options.graceProbes;
  }

  #stop(heart: EngineUuid, cause: "connection-lost" | "silent"): HeartEffect {
    this.#hearts.delete(heart);
    return { kind: "heart-stopped", heart, cause };
  }

  #ping(): HeartEffect {
    return { kind: "ping", ping: String(this.#pings++) };
  }
}
