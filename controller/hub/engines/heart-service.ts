import { setTimeout as sleep } from "node:timers/promises";
import { type EngineUuid, engineUuid } from "../../../protocol/ids.ts";
import type { Channel } from "../../../transport/channel.ts";
import type { HeartEffect, HeartMonitor } from "./heart-monitor.ts";

/** Pause between probes. The first comes sooner: a new engine waits for it to be registered. */
export const probeMs = 100;
const firstProbeMs = 20;

/** What becomes of a heart. */
export type HeartChange = Exclude<HeartEffect, { kind: "ping" }>;

export interface HeartServiceOptions {
  readonly monitor: HeartMonitor;
  readonly periodMs: number;
  /** Publisher of pings. */
  readonly pings: Channel;
  /** Router that hears pongs and, as `[uuid, ""]`, of connections made and broken. */
  readonly pongs: Channel;
  /** Told of hearts that started or stopped. */
  readonly report: (change: HeartChange) => void;
  /** Called once a period. */
  readonly afterBeat: () => void;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

/** Carries pings and pongs between the heart monitor and the network. */
export class HeartService implements AsyncDisposable {
  readonly #options: HeartServiceOptions;
  readonly #stop = new AbortController();
  /** When each known heart answered last. */
  readonly #heardMs = new Map<EngineUuid, number>();
  #beating: Promise<void> | undefined;
  #probing: Promise<void> | undefined;

  constructor(options: HeartServiceOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.pongs.listen((frames) => this.#receive(frames));
    this.#beating = this.#beat();
  }

  expect(heart: EngineUuid): void {
    this.#options.monitor.expect(heart);
    this.#heardMs.set(heart, this.#options.now());
    this.#probing ??= this.#probe();
  }

  restore(heart: EngineUuid): void {
    this.#options.monitor.restore(heart);
    this.#heardMs.set(heart, this.#options.now());
    this.#probing ??= this.#probe();
  }

  isDoubted(heart: EngineUuid): boolean {
    return this.#options.monitor.isDoubted(heart);
  }

  forget(heart: EngineUuid): void {
    this.#options.monitor.forget(heart);
    this.#heardMs.delete(heart);
  }

  /** Time since a heart answered, or since it is known if it never did. */
  silenceMs(heart: EngineUuid): number {
    const heardMs = this.#heardMs.get(heart);
    return heardMs === undefined ? 0 : this.#options.now() - heardMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#beating, this.#probing]);
  }

  #receive([heart, ping]: Buffer[]): void {
    if (!heart || !ping) return;
    const uuid = engineUuid(heart.toString());
    const { monitor } = this.#options;
    if (ping.length > 0) {
      if (this.#heardMs.has(uuid)) this.#heardMs.set(uuid, this.#options.now());
      this.#perform(monitor.handle({ kind: "pong", heart: uuid, ping: ping.toString("latin1") }));
      return;
    }
    this.#perform(monitor.handle({ kind: "link-changed", heart: uuid }));
    if (monitor.isUneasy) this.#probing ??= this.#probe();
  }

  async #beat(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#perform(this.#options.monitor.handle({ kind: "beat" }));
      this.#options.afterBeat();
      await this.#pause(this.#options.periodMs);
    }
  }

  async #probe(): Promise<void> {
    await this.#pause(firstProbeMs);
    while (this.#options.monitor.isUneasy && !this.#stop.signal.aborted) {
      this.#perform(this.#options.monitor.handle({ kind: "probe" }));
      await this.#pause(probeMs);
    }
    this.#probing = undefined;
  }

  #perform(effects: readonly HeartEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "ping") this.#options.pings.send([Buffer.from(effect.ping, "latin1")]);
      else this.#options.report(effect);
    }
  }

  async #pause(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.#stop.signal });
    } catch {
      // Aborted: the loop sees it.
    }
  }
}
