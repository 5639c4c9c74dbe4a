import { expect, test } from "vitest";
import type { EngineOutput } from "../../../../client/results/output-stream.ts";
import { showLive } from "../../../../kernel/output/show-live.ts";
import { Deferred } from "../../../../protocol/deferred.ts";

const piece = (engine: number): EngineOutput => ({ kind: "stream", name: "stdout", text: "x\n", engine, msgId: "m" });
const never = new AbortController().signal;

test("output that has ended is shown at once, in engine order", async () => {
  async function* output() {
    yield piece(1);
    yield piece(0);
  }
  const shown: unknown[] = [];
  await showLive(output(), false, ({ content }) => shown.push(content), never);
  expect(shown).toEqual([
    { name: "stdout", text: "[stdout:0] x\n" },
    { name: "stdout", text: "[stdout:1] x\n" },
  ]);
});

test("output is shown before the end", async () => {
  const first = new Deferred<void>();
  const end = new Deferred<void>();
  async function* output() {
    yield piece(0);
    await end.promise;
  }
  const live = showLive(output(), false, () => first.resolve(), never);
  await first.promise;
  end.resolve();
  await live;
});

test("what nobody waits for any more ends it", async () => {
  const givenUp = new AbortController();
  async function* output() {
    yield piece(0);
    await new Deferred().promise;
  }
  const shown: unknown[] = [];
  const live = showLive(output(), false, (each) => shown.push(each), givenUp.signal);
  await Promise.resolve();
  givenUp.abort();
  await live;
  expect(shown.length).toBeLessThanOrEqual(1);
});
