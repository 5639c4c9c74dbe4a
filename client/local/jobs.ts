import type { ConnectionService } from "../connection-service.ts";
import { addEarlier } from "../hub/earlier-requests.ts";
import { jobIds } from "../hub/tasks.ts";
import { type InteractiveOptions, waitVisibly } from "../output/progress-display.ts";
import { AsyncResult } from "../results/async-result.ts";
import { RequestGroup } from "../results/request-group.ts";
import { isInTime, type WaitOptions } from "../results/wait-options.ts";

/** What can be waited for: results, ids, places in the history, and any promise. */
export type Awaitable = number | string | PromiseLike<unknown>;

/**
 * Waits for the end of jobs, whether they fail or not. What they result in is still to be got.
 * @param jobs without it, all that has been sent and has not ended
 * @returns whether all have ended: false when the time is up
 */
export async function waitForJobs(
  connection: ConnectionService,
  jobs: Awaitable | readonly Awaitable[] | undefined,
  options: WaitOptions,
): Promise<boolean> {
  return during(connection, jobs, ({ ended }) => isInTime(ended, options));
}

/** Waits as {@link waitForJobs} does, and shows meanwhile how many have ended. */
export async function watchJobs(
  connection: ConnectionService,
  jobs: Awaitable | readonly Awaitable[] | undefined,
  options: InteractiveOptions,
): Promise<boolean> {
  const beginMs = performance.now();
  const elapsedMs = () => performance.now() - beginMs;
  return during(connection, jobs, ({ ended, parts }) => {
    const sum = (key: "progress" | "length") => parts.reduce((all, part) => all + part[key], 0);
    const progress = () => ({ name: "wait", done: sum("progress"), total: sum("length") });
    return waitVisibly({ ended, progress, elapsedMs }, options);
  });
}

/** Jobs in the course of a wait. */
interface Ongoing {
  /** Does not reject. */
  readonly ended: Promise<unknown>;
  /** How many items each has, and how many of them are done. */
  readonly parts: readonly { readonly progress: number; readonly length: number }[];
}

async function during(
  connection: ConnectionService,
  jobs: Awaitable | readonly Awaitable[] | undefined,
  wait: (ongoing: Ongoing) => Promise<boolean>,
): Promise<boolean> {
  const each = jobs === undefined ? connection.pending.unfinished : [jobs].flat();
  const ids = jobIds(
    each.filter((job) => typeof job !== "object"),
    connection,
  );
  const stop = new AbortController();
  const sent = new RequestGroup();
  addEarlier(sent, connection, { ids, signal: stop.signal });
  const results = each.filter((job) => job instanceof AsyncResult);
  const promises = each.flatMap((job) =>
    typeof job === "object" && !(job instanceof AsyncResult) ? settlement(job) : [],
  );
  try {
    const ended = [...results.map((result) => result.wait()), ...promises.map((promise) => promise.ended)];
    const part = {
      length: sent.requests.length,
      get progress() {
        return sent.finishedOrder.length;
      },
    };
    return await wait({ ended: Promise.all([sent.finished(), ...ended]), parts: [part, ...results, ...promises] });
  } finally {
    stop.abort();
    // Who waits again and again for the same requests must not be told of each as often.
    sent.leave();
  }
}

function settlement(promise: PromiseLike<unknown>): {
  readonly ended: Promise<void>;
  progress: number;
  length: number;
} {
  const end = () => {
    settled.progress = 1;
  };
  const settled = { ended: Promise.resolve(promise).then(end, end), progress: 0, length: 1 };
  return settled;
}
