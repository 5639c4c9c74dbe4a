import { constants, copyFileSync, fstatSync, statSync, truncateSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../logger.ts";

/** Names the file that takes a process's stdout and stderr, where a launcher made one: set by launchers. */
export const outputFileVariable = "IPP_OUTPUT_FILE";

const mib = 2 ** 20;
/** So far apart, a log can be longer by what is printed within this time. */
const lookMs = 30_000;

export interface CapOptions {
  /** A log of its own; without one it is the file that stderr goes to. */
  readonly file?: string | undefined;
  /** Size in MiB from which on a log starts anew; 0 = none. */
  readonly limitMib: number;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  /** Time from one look to the next. */
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Keeps this process's log short for as long as it runs, whoever writes to it: every 30 s, one that is above its limit
 * becomes `<file>.1`, in place of an older one, and starts anew. Keeps no program alive.
 */
export async function capLog(options: CapOptions): Promise<void> {
  const { file, limitMib, env, log, everyMs = lookMs, signal } = options;
  const path = file ?? outputFile(env);
  if (path === undefined || limitMib <= 0) return;
  while (!signal?.aborted) {
    await sleep(everyMs, undefined, { ref: false });
    try {
      if (startAnew(path, limitMib * mib))
        log.info(`the log had grown to ${limitMib} MiB: earlier lines are in ${path}.1`);
    } catch (error) {
      // A full disk, most of all. It is tried again; the program's work goes on.
      log.warn(`the log cannot be shortened: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/**
 * The content is copied, then cut: other processes hold the same file open and go on writing to it, which a renamed one
 * would follow them. What is printed between the two is lost.
 * @returns whether the file was above the limit
 */
export function startAnew(path: string, limitBytes: number): boolean {
  const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 };
  if (size <= limitBytes) return false;
  copyFileSync(path, `${path}.1`, constants.COPYFILE_FICLONE);
  truncateSync(path, 0);
  return true;
}

/** The environment may come from another process: the file counts only if stderr really goes there. */
function outputFile(env: NodeJS.ProcessEnv): string | undefined {
  const path = env[outputFileVariable];
  if (path === undefined) return undefined;
  try {
    const [named, actual] = [statSync(path), fstatSync(2)];
    return named.ino === actual.ino && named.dev === actual.dev ? path : undefined;
  } catch {
    return undefined; // One of them is gone: nothing to keep short.
  }
}
