import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { currentHost, type Host } from "../../protocol/host.ts";
import { isInTime, longestMs, type WaitOptions } from "../results/wait-options.ts";
import { type Progress, progressHtml, progressText } from "./progress-text.ts";

export interface InteractiveOptions extends WaitOptions {
  /** Milliseconds between two looks at how far it is; 100 unless given. */
  readonly intervalMs?: number;
}

/** Something to wait for, and how far it is. */
export interface VisibleWork {
  /** Does not reject. */
  readonly ended: Promise<unknown>;
  progress(): Progress;
  /** Milliseconds since the work began. */
  elapsedMs(): number;
}

/**
 * Waits and shows meanwhile how far the work is: by a bar under the running cell of a notebook, on a terminal by a line of
 * stderr that is written over and over. Where no line can change there is only the last one.
 * @returns whether it has ended: false when the time is up
 * @throws the signal's reason
 */
export async function waitVisibly(work: VisibleWork, options: InteractiveOptions): Promise<boolean> {
  const { intervalMs = 100 } = options;
  const show = openDisplay();
  const over = new AbortController();
  const waiting = isInTime(work.ended, options).finally(() => over.abort());
  const showing = async () => {
    while (!over.signal.aborted) {
      show(work, false);
      // Ends early with the wait: that is what the signal is for.
      await sleep(Math.min(intervalMs, longestMs), undefined, { signal: over.signal }).catch(() => undefined);
    }
    show(work, true);
  };
  const [hasEnded] = await Promise.all([waiting, showing()]);
  return hasEnded;
}

type Show = (work: VisibleWork, isLast: boolean) => void;

function openDisplay(): Show {
  const host = currentHost();
  if (host) return inNotebook(host);
  return process.stderr.isTTY ? onTerminal : atTheEnd;
}

function inNotebook(host: Host): Show {
  const transient = { display_id: randomUUID() };
  let isShown = false;
  return (work) => {
    const [progress, elapsedMs] = [work.progress(), work.elapsedMs()];
    const data = { "text/plain": progressText(progress, elapsedMs), "text/html": progressHtml(progress, elapsedMs) };
    host.publish(isShown ? "update_display_data" : "display_data", { data, metadata: {}, transient });
    isShown = true;
  };
}

const onTerminal: Show = (work, isLast) => {
  const text = progressText(work.progress(), work.elapsedMs()).slice(0, process.stderr.columns - 1);
  process.stderr.write(`\r${text}\u001b[K${isLast ? "\n" : ""}`);
};

const atTheEnd: Show = (work, isLast) => {
  if (isLast) process.stderr.write(`${progressText(work.progress(), work.elapsedMs())}\n`);
};
