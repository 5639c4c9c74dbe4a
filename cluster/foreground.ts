import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterProcess } from "./cluster.ts";
import { LaunchFailure } from "./launch-failure.ts";
import { describeExit } from "./launchers/launcher.ts";
import type { StartProgress } from "./wait-for-engines.ts";

/** Progress and news for the person at the terminal; stdout is for what other programs read. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Says each step of a start once. */
export function progressReport(): (progress: StartProgress) => void {
  let isControllerReady = false;
  let registered = 0;
  return (progress) => {
    if (progress.isControllerReady && !isControllerReady) say("The controller is ready.");
    if (progress.registered > registered)
      say(`${progress.registered} of ${progress.expected} engines have registered.`);
    ({ isControllerReady, registered } = progress);
  };
}

/**
 * Waits until `stop` aborts, the controller ends, or every one of these processes has; says which ended meanwhile.
 * @returns the exit code of the controller when that was the end
 */
export async function watchOver(
  processes: readonly ClusterProcess[],
  stop: AbortSignal,
): Promise<{ readonly controllerCode: number | undefined } | undefined> {
  const over = new AbortController();
  const done = AbortSignal.any([stop, over.signal]);
  const allEnded = Promise.all(processes.map((each) => each.process.exited.then((code) => sayEnd(each, code, done))));
  const controller = processes.find(({ role }) => role === "controller");
  const ends: Promise<{ controllerCode: number | undefined } | undefined>[] = [
    allEnded.then(() => undefined),
    untilAborted(stop, over.signal),
  ];
  if (controller) ends.push(controller.process.exited.then((controllerCode) => ({ controllerCode })));
  try {
    return await Promise.race(ends);
  } finally {
    over.abort();
  }
}

function sayEnd({ name, role, process }: ClusterProcess, code: number | undefined, done: AbortSignal): void {
  if (done.aborted || role === "controller") return;
  say(
    `The ${name} (process ${process.label}) has ended: ${describeExit(code, constants.signals)}. Log: ${process.record.outputFile}`,
  );
}

const longestTimerMs = 2 ** 31 - 1;

/** A sleep without end, as nothing else keeps a program alive that waits for a signal. */
async function untilAborted(stop: AbortSignal, over: AbortSignal): Promise<undefined> {
  const signal = AbortSignal.any([stop, over]);
  while (!signal.aborted) await sleep(longestTimerMs, undefined, { signal }).catch(() => undefined);
  return undefined;
}

/** The failure of a start as an interrupted or failed one: nothing of it is left in either case. */
export function sayFailure(error: unknown, stop: AbortSignal): number {
  if (stop.aborted) {
    say("Interrupted: what was started has been stopped.");
    return 130;
  }
  if (!(error instanceof LaunchFailure)) throw error;
  say(`${error.message}\nWhat was started has been stopped.`);
  return 1;
}
