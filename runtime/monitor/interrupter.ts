import { setTimeout as sleep } from "node:timers/promises";
import { Deferred } from "../../protocol/deferred.ts";
import type { MainInspector } from "./main-inspector.ts";
import type { RunningRequest } from "./running-request.ts";
import { isUserCode } from "./user-frames.ts";

export interface InterrupterOptions {
  readonly inspector: MainInspector;
  readonly running: RunningRequest;
  readonly ownFolders: readonly string[];
  /** Asks the main thread whether it is free; `heard` is to be called with `ask` when it answers. */
  ask(ask: number, serial: number): void;
  /** Tells the main thread that its JavaScript was stopped under this request. */
  stopped(serial: number): void;
  /** Native code has held the main thread for a second: the user may interrupt again, or wait. */
  offerRestart(): void;
  /** The user took the offer. */
  restart(): void;
}

/** How long the main thread may take to answer before it counts as busy. */
const askMs = 50;
/** How often a pause that does not come is looked into. */
const lookMs = 100;
const nativeMs = 1000;
/** Functions of ours and Node's that may return before the user's function under them is stopped. */
const mostSteps = 40;

/**
 * Ends what the main thread does, and keeps the process and its variables (design D5, docs/interrupts.md):
 *
 * - *idle*: an interrupt starts an attempt.
 * - *asking*: a main thread that answers within 50 ms runs nothing; it rejects itself what the request awaits.
 * - *stopping*: a pause is armed. When it comes and a frame is the user's, all JavaScript on the stack ends. In any
 *   case we ask again, unless the request is over.
 * - *offered*: native code has held the thread for a second. The pause stays armed; another interrupt restarts.
 *
 * Requests are stopped one after the other. A further interrupt of the same one changes nothing, but for the last state.
 */
export class Interrupter {
  readonly #options: InterrupterOptions;
  /** Serials of the requests that are to be stopped; 0 for whatever runs under none. */
  readonly #wanted = new Set<number>();
  #attempt: Promise<void> | undefined;
  #isOffered = false;
  #lastAsk = 0;
  #answer: Deferred<"answered"> = new Deferred();

  constructor(options: InterrupterOptions) {
    this.#options = options;
  }

  /** Stops what runs; where that was offered, by another process. */
  interrupt(): void {
    if (this.#isOffered) this.#options.restart();
    else this.stop(this.#options.running.serial);
  }

  /** Stops one request, if it still runs. Never costs the process its variables. */
  stop(serial: number): void {
    this.#wanted.add(serial);
    this.#attempt ??= this.#stopWanted();
  }

  /** The main thread has answered. */
  heard(ask: number): void {
    if (ask === this.#lastAsk) this.#answer.resolve("answered");
  }

  /** Those that are added meanwhile have their turn too. */
  async #stopWanted(): Promise<void> {
    for (const serial of this.#wanted) {
      await this.#run(serial);
      this.#isOffered = false;
      this.#wanted.delete(serial);
    }
    this.#attempt = undefined;
  }

  async #run(serial: number): Promise<void> {
    while (!this.#isOver(serial)) {
      if (await this.#ask(serial)) return;
      if (await this.#stop(serial)) return;
    }
  }

  async #ask(serial: number): Promise<boolean> {
    this.#answer = new Deferred();
    this.#options.ask(++this.#lastAsk, serial);
    return (await within(askMs, this.#answer.promise)) !== undefined;
  }

  /** @returns false when the main thread has to be asked again: it was in our own code, or more code may be running */
  async #stop(serial: number): Promise<boolean> {
    const { inspector } = this.#options;
    const startMs = performance.now();
    const pause = inspector.arm();
    for (;;) {
      const scripts = await within<readonly string[] | "answered">(lookMs, pause.paused, this.#answer.promise);
      if (scripts === "answered") {
        inspector.release();
        return true;
      }
      if (scripts !== undefined) return this.#stopAt(scripts, serial);
      if (!pause.isHeard && performance.now() - startMs >= nativeMs) this.#offerRestart();
    }
  }

  async #stopAt(scripts: readonly string[], serial: number): Promise<boolean> {
    const { inspector, running } = this.#options;
    if (this.#isOver(serial) || !this.#hasUserCode(scripts)) {
      inspector.release();
      return false;
    }
    await this.#returnToUserCode(scripts);
    inspector.terminateHere();
    this.#options.stopped(running.serial);
    return false; // Another callback of the same request may loop as well.
  }

  /**
   * Our functions and Node's that the user's code called are left to return first, so that none is cut half way.
   * One that does not return soon is ended all the same.
   */
  async #returnToUserCode(scripts: readonly string[]): Promise<void> {
    const { inspector, ownFolders } = this.#options;
    let [top = ""] = scripts;
    for (let steps = 0; steps < mostSteps && !isUserCode(top, ownFolders); steps++) {
      const next = await within(lookMs, inspector.stepOut());
      if (next === undefined) {
        await inspector.arm().paused;
        return;
      }
      top = next[0] ?? "";
    }
  }

  #isOver(serial: number): boolean {
    return serial !== 0 && this.#options.running.serial !== serial;
  }

  #offerRestart(): void {
    if (this.#isOffered) return;
    this.#isOffered = true;
    this.#options.offerRestart();
  }

  #hasUserCode(scripts: readonly string[]): boolean {
    return scripts.some((script) => isUserCode(script, this.#options.ownFolders));
  }
}

/** The first to settle, or undefined when none does in time. */
async function within<T>(ms: number, ...promises: readonly Promise<T>[]): Promise<T | undefined> {
  const timer = new AbortController();
  try {
    return await Promise.race([...promises, sleep(ms, undefined, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}
