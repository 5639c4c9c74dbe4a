import { expect, test, vi } from "vitest";
import { Client } from "../../../../client/client.ts";
import { Deferred } from "../../../../protocol/deferred.ts";
import { MemoryCluster } from "../../../support/memory-cluster.ts";

async function setUp() {
  const cluster = new MemoryCluster(2);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  return { cluster, rc };
}

test("waiting for nothing is over at once", async () => {
  const { rc } = await setUp();
  expect([await rc.wait(), await rc.wait([]), await rc.wait(Promise.resolve())]).toEqual([true, true, true]);
});

test("all that is outstanding is waited for, and nothing of it is consumed", async () => {
  const { rc } = await setUp();
  rc.view().apply(() => 1);
  rc.loadBalancedView().map((x) => x, [1, 2, 3]);
  expect(await rc.wait()).toBe(true);
  expect(rc.outstanding).toEqual([]);
  expect(rc.results.size).toBe(rc.history.length);
});

test("results, ids, places and promises are waited for together; failures count as ends", async () => {
  const { cluster, rc } = await setUp();
  cluster.engine(1).isHeld = true;
  const bad = rc.view(0).apply(() => {
    throw new Error("no");
  });
  const promise = new Deferred<void>();
  const held = rc.view(1).apply(() => 1);
  expect(await rc.wait([bad, bad.msgIds[0] ?? "", 0])).toBe(true);
  for (const job of [held, -1, rc.history[1] ?? "", [0, held], promise.promise, [bad, promise.promise]])
    expect(await rc.wait(job, { timeoutMs: 1 })).toBe(false);
  const waiting = rc.wait([bad, held, promise.promise]);
  promise.reject(new Error("no"));
  const [request] = cluster.engine(1).received;
  if (request) await cluster.answer(cluster.engine(1), request);
  expect(await waiting).toBe(true);
});

test("a wait ends with its signal, for its reason", async () => {
  const { cluster, rc } = await setUp();
  cluster.engine(0).isHeld = true;
  rc.view(0).apply(() => 1);
  await expect(rc.wait(undefined, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  expect(() => rc.view(0).apply(() => 1)).not.toThrow();
  await expect(rc.wait(7)).rejects.toThrow("The history has no request 7");
});

test("parts of maps count as one each while they are waited for", async () => {
  const { cluster, rc } = await setUp();
  cluster.engine(0).isHeld = true;
  const result = rc.view().map((x) => x, [1, 2, 3, 4, 5, 6]);
  await rc.wait(result.msgIds[1]);
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    await rc.waitInteractive([...result.msgIds], { timeoutMs: 1 });
    expect(write.mock.lastCall?.[0]).toContain("wait:  50%");
  } finally {
    write.mockRestore();
  }
  const again = rc.getResult([...result.msgIds]);
  expect([again.progress, again.length]).toEqual([1, 2]);
});
