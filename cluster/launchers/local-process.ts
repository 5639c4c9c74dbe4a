import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Deferred } from "../../protocol/deferred.ts";
import { startsOf } from "../process-identity.ts";
import type { LaunchedProcess, ProcessRecord } from "./launcher.ts";
import { hasLeftovers, successorOf } from "./process-group.ts";

const graceMs = 5000;
/** From SIGKILL to the end: long only when the system itself is stuck. */
const killMs = 10_000;
const pollMs = process.platform === "linux" ? 20 : 200;

/**
 * A process on this machine that leads its own session; ended as a whole, and never taken for another of its id. An
 * engine that started itself again is still the same one.
 */
export class LocalProcess implements LaunchedProcess {
  readonly record: ProcessRecord;
  #exited: Promise<number | undefined> | undefined;
  #ending: Promise<void> | undefined;

  /** @param exited known only to the parent; others look whether the process is still there */
  constructor(record: ProcessRecord, exited?: Promise<number | undefined>) {
    this.record = record;
    this.#exited = exited;
  }

  get label(): string {
    return String(this.record.pid);
  }

  get exited(): Promise<number | undefined> {
    this.#exited ??= this.#poll();
    return this.#exited;
  }

  end(hurry?: AbortSignal): Promise<void> {
    this.#ending ??= this.#end(hurry);
    return this.#ending;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  async #end(hurry: AbortSignal | undefined): Promise<void> {
    await this.#endProcess(hurry);
    const { pid, start } = this.record;
    // What native code ran when an engine was ended by force, most of all: nobody else would ever end it.
    if (start !== undefined && hasLeftovers(this.record)) send(-pid, "SIGTERM");
  }

  async #endProcess(hurry: AbortSignal | undefined): Promise<void> {
    if (!hurry?.aborted) {
      this.#signal("SIGTERM");
      if (await settlesWithin(graceMs, this.exited, hurry)) return;
    }
    this.#signal("SIGKILL");
    if (await settlesWithin(killMs, this.exited)) return;
    throw new Error(`Process ${this.record.pid} did not end, even when killed. See ${this.record.outputFile}.`);
  }

  /** Looks before each signal whether the process is still the one that was recorded. */
  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    const { pid, start } = this.record;
    assert(pid > 1, "No process of ours has this id, and its negative would mean all processes.");
    const running = runningPid(this.record);
    if (running === undefined) return;
    // Killed, it cannot end its own children any more: the group gets the signal instead, if it is surely ours.
    const hasGroup = start !== undefined && process.platform !== "win32";
    if (signal === "SIGKILL" && hasGroup && send(-pid, signal)) return;
    send(running, signal);
  }

  async #poll(): Promise<undefined> {
    await untilGone(this.record);
  }
}

export function isRunning(record: ProcessRecord): boolean {
  return runningPid(record) !== undefined;
}

/** Resolves when neither the process nor a successor is left; keeps no program alive. */
export async function untilGone(record: ProcessRecord): Promise<void> {
  while (isRunning(record)) await sleep(pollMs, undefined, { ref: false });
}

/** Id of the process, or of the one that goes on in its place. A process recorded without its start is judged by its id alone. */
export function runningPid(record: ProcessRecord): number | undefined {
  const { pid, start } = record;
  const found = startsOf([pid]).get(pid);
  // While a stranger has the id, no group of ours can have it.
  if (found !== undefined) return start === undefined || start === found ? pid : undefined;
  return start === undefined ? undefined : successorOf(record);
}

/** @returns whether there was somebody to take it */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // It has just ended, which is what the signal was for.
  }
}

/** @returns false when the time is over, or `hurry` aborts, first */
async function settlesWithin(ms: number, promise: Promise<unknown>, hurry?: AbortSignal): Promise<boolean> {
  const over = new Deferred<false>();
  const giveUp = () => over.resolve(false);
  const timer = setTimeout(giveUp, ms);
  hurry?.addEventListener("abort", giveUp);
  try {
    return await Promise.race([promise.then(() => true), over.promise]);
  } finally {
    clearTimeout(timer);
    hurry?.removeEventListener("abort", giveUp);
  }
}
