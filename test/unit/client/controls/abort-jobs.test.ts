import { expect, test } from "vitest";
import { Client } from "../../../../client/client.ts";
import type { AsyncResult } from "../../../../client/results/async-result.ts";
import { MemoryCluster } from "../../../support/memory-cluster.ts";

async function setUp() {
  const cluster = new MemoryCluster(3);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  return { cluster, rc };
}

const heardBy = (...engines: number[]) => engines.map((engine) => `abort_request ${engine}`);

test("what is aborted without a word is all of this client's, and only its engines hear of it", async () => {
  const { cluster, rc } = await setUp();
  rc.view(1).apply(() => 1);
  await rc.abort();
  expect(cluster.controls).toEqual(heardBy(1));
});

test("requests are aborted by id, place or result, each where it is; what has ended is left", async () => {
  const { cluster, rc } = await setUp();
  const waysToSay = [
    (last: AsyncResult<number>) => last,
    () => -1,
    ({ msgIds }: AsyncResult<number>) => msgIds[0] ?? "",
    (last: AsyncResult<number>) => [last, 0],
  ];
  for (const jobs of waysToSay) await rc.abort(jobs(rc.view(2).apply(() => 2)));
  expect(cluster.controls).toEqual(heardBy(2, 2, 2, 2));
  await expect(rc.abort(5)).rejects.toThrow("The history has no request 5");
});

test("of what others sent nobody knows where it is: all engines hear, or those that are named", async () => {
  const { cluster, rc } = await setUp();
  await rc.abort("other_1");
  await rc.abort(["other_1", rc.loadBalancedView().apply(() => 3)], { targets: [0, 2] });
  expect(cluster.controls).toEqual(heardBy(0, 1, 2, 0, 2));
  rc.view().apply(() => 4);
  await rc.abort(undefined, { targets: 1 });
  expect(cluster.controls.slice(5)).toEqual(heardBy(1));
});

test("a parallel function that is aborted has no result, though all that was sent by then has one", async () => {
  const { cluster, rc } = await setUp();
  for (const engine of cluster.engines) engine.isHeld = true;
  const view = rc.loadBalancedView();
  const result = view.parallel((xs: number[]) => xs, { chunkSize: 1, maxOutstanding: 1 })([1, 2, 3]);
  expect([result.length, result.progress]).toEqual([3, 0]);
  await expect.poll(() => cluster.engines.flatMap(({ received }) => received).length).toBe(1);
  const aborting = result.abort();
  for (const engine of cluster.engines) for (const request of engine.received) await cluster.answer(engine, request);
  await expect(result).rejects.toThrow("the last 2 of 3 elements were not sent");
  await rc.close();
  await aborting.catch(() => undefined);
});
