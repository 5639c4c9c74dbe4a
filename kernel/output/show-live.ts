import { setTimeout as sleep } from "node:timers/promises";
import type { EngineOutput } from "../../client/results/output-stream.ts";
import { Deferred } from "../../protocol/deferred.ts";
import { type LiveOutput, LiveOutputs } from "./live-output.ts";

/** Output that comes within this time is shown together, in engine order: at first longer, for cells that are quick. */
const batchMs = { first: 250, later: 100 };

/**
 * Publishes output while it comes, in batches; resolves at its end.
 * @param givenUp aborts when nobody waits for the rest: what has come is published in that very call
 */
export async function showLive(
  output: AsyncIterable<EngineOutput>,
  isSingle: boolean,
  publish: (output: LiveOutput) => void,
  givenUp: AbortSignal,
): Promise<void> {
  const outputs = new LiveOutputs(isSingle);
  const batch: EngineOutput[] = [];
  const show = (isLast: boolean) => {
    for (const each of outputs.show(batch.splice(0), isLast, performance.now())) publish(each);
  };
  const ended = new AbortController();
  ended.signal.addEventListener("abort", () => show(true), { once: true });
  const collected = collect(output, batch, ended, givenUp);
  for (let waitMs = batchMs.first; !ended.signal.aborted; waitMs = batchMs.later) {
    // Ends early with the output: that is what the signal is for.
    await sleep(waitMs, undefined, { signal: ended.signal }).catch(() => undefined);
    if (!ended.signal.aborted) show(false);
  }
  await collected;
}

/** Fills the batch until the output ends or is given up. */
async function collect(
  output: AsyncIterable<EngineOutput>,
  batch: EngineOutput[],
  ended: AbortController,
  givenUp: AbortSignal,
): Promise<void> {
  const stop = new Deferred<IteratorResult<EngineOutput>>();
  const onGivenUp = () => {
    ended.abort();
    stop.resolve({ done: true, value: undefined });
  };
  givenUp.addEventListener("abort", onGivenUp, { once: true });
  const iterator = output[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), stop.promise]);
      if (next.done) return;
      batch.push(next.value);
    }
  } finally {
    givenUp.removeEventListener("abort", onGivenUp);
    ended.abort();
  }
}
