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

export type Ending =
  | { readonly kind: "interrupted" }
  | { readonly kind: "engines-ended" }
  /** `code` is known only to the program that started the controller. */
  | { readonly kind: "controller-ended"; readonly code: number | undefined };

/**
 * Waits until `stop` aborts, the controller ends, or every one of these processes has; says which engines end meanwhile.
 * @param processes the controller may be missing: another program may have started it
 */
export async function watchOver(processes: readonly ClusterProcess[], stop: AbortSignal): Promise<Ending> {
  const over = new AbortController();
  const done = AbortSignal.any([stop, over.signal]);
  const ends = processes.map(async (each): Promise<Ending> => {
    const code = await each.process.exited;
    if (each.role === "controller") return { kind: "controller-ended", code };
    sayEnd(each, code, done);
    return { kind: "engines-ended" };
  });
  const controllers = ends.filter((_, index) => processes[index]?.role === "controller");
  const all = Promise.all(ends).then((): Ending => ({ kind: "engines-ended" }));
  try {
    return await Promise.race([untilAborted(done), ...controllers, all]);
  } finally {
    over.abort();
  }
}

function sayEnd({ name, process }: ClusterProcess, code: number | undefined, done: AbortSignal): void {
  if (done.aborted) return;
  say(
    `The ${name} (process ${process.label}) has ended: ${describeExit(code, constants.signals)}. Log: ${process.record.outputFile}`,
  );
}

const longestTimerMs = 2 ** 31 - 1;

/** A sleep without end, as nothing else keeps a program alive that waits for a signal. */
async function untilAborted(signal: AbortSignal): Promise<Ending> {
  while (!signal.aborted) await sleep(longestTimerMs, undefined, { signal }).catch(() => undefined);
  return { kind: "interrupted" };
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
