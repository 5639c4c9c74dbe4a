import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Client } from "../../../../client/client.ts";
import { RemoteError } from "../../../../client/errors/remote-error.ts";
import { delayed, Parallel } from "../../../../client/executor/parallel.ts";
import { MemoryCluster } from "../../../support/memory-cluster.ts";

async function setUp(engines: number) {
  const cluster = new MemoryCluster(engines);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  const hold = (isHeld: boolean) => {
    for (const engine of cluster.engines) engine.isHeld = isHeld;
  };
  return { cluster, rc, hold };
}

const square = (x: number) => x * x;

test("submitted functions are promises of what they return, on one engine or on each", async () => {
  const { rc } = await setUp(2);
  const balanced = rc.executor();
  expect(await Promise.all([1, 2, 3].map((x) => balanced.submit(square, x)))).toEqual([1, 4, 9]);
  expect(await rc.view().executor.submit(square, 3)).toEqual([9, 9]);
  expect(await rc.view(1).executor.submit(square, 3)).toBe(9);
});

test("a failure that nobody awaits harms nobody, and can be asked for later", async () => {
  const { rc } = await setUp(1);
  const failed = rc.executor().submit(() => {
    throw new RangeError("no");
  });
  await failed.result.wait();
  await new Promise(setImmediate);
  await expect(failed).rejects.toBeInstanceOf(RemoteError);
});

test("a map is iterated over as values come, and awaited", async () => {
  const { rc } = await setUp(2);
  const result = rc.executor().map(square, [1, 2, 3]);
  const seen: number[] = [];
  for await (const value of result) seen.push(value);
  expect([seen, await result]).toEqual([
    [1, 4, 9],
    [1, 4, 9],
  ]);
});

test("what is shut down takes no more, and waits for what it has", async () => {
  const { cluster, rc, hold } = await setUp(1);
  const pool = rc.loadBalancedView().executor;
  hold(true);
  const [one, two] = [pool.submit(square, 3), pool.submit(square, 4)];
  const end = pool.shutdown();
  expect(() => pool.submit(square, 2)).toThrow("shut down");
  expect(() => pool.map(square, [2])).toThrow("shut down");
  expect(await Promise.race([end.then(() => "ended"), new Promise((resolve) => setImmediate(resolve, "waits"))])).toBe(
    "waits",
  );
  for (const request of cluster.engine(0).received) await cluster.answer(cluster.engine(0), request);
  await end;
  expect(await Promise.all([one, two])).toEqual([9, 16]);
});

test("a view's executor is the same until it is shut down; then there is a new one", async () => {
  const { rc } = await setUp(1);
  const view = rc.loadBalancedView();
  const first = view.executor;
  expect(view.executor).toBe(first);
  await first.shutdown({ wait: false });
  expect(view.executor).not.toBe(first);
  expect(await view.executor.submit(square, 5)).toBe(25);
  expect(inspect(rc.executor())).toBe("<ViewExecutor <LoadBalancedView all>>");
});

test("delayed calls of several functions run in batches, and come back in order", async () => {
  const { cluster, rc } = await setUp(2);
  const parallel = new Parallel({ view: rc.loadBalancedView(), batchSize: 3 });
  const calls = [1, 2, 3, 4, 5, 6].map((x) => (x % 2 ? delayed(square)(x) : delayed((text: number) => -text)(x)));
  const result = parallel.run(calls);
  expect(await result).toEqual([1, -2, 9, -4, 25, -6]);
  expect(result.length).toBe(6);
  expect(cluster.engines.flatMap(({ received }) => received)).toHaveLength(2);
});

test("Parallel says what it works with, and what is no call", async () => {
  const { rc } = await setUp(1);
  const view = rc.loadBalancedView();
  expect(() => new Parallel({ nJobs: 4 } as never)).toThrow("write `new Parallel({ view: rc.loadBalancedView() })`");
  expect(() => new Parallel(view as never)).toThrow(TypeError);
  expect(() => new Parallel({ view }).run([square(2)] as never)).toThrow("such as delayed(f)(x): 4 is none");
  expect(() => new Parallel({ view }).run([delayed(square)] as never)).toThrow("[Function (anonymous)] is none");
});
