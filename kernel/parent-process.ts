import { setTimeout as sleep } from "node:timers/promises";

const lookMs = 1000;

/** Resolves when the process that started this one is gone: a kernel whose Jupyter server was killed has no purpose. */
export async function parentEnds(signal: AbortSignal): Promise<void> {
  const parent = process.ppid;
  while (process.ppid === parent) await sleep(lookMs, undefined, { ref: false, signal });
}
