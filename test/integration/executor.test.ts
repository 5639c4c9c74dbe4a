import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { TaskAborted } from "../../client/errors/failures.ts";
import { delayed, Parallel } from "../../client/executor/parallel.ts";
import { RunningCluster } from "../support/running-cluster.ts";

let running: RunningCluster;
let rc: Client;

beforeAll(async () => {
  running = await RunningCluster.start({ engines: 2 });
  rc = await running.connect();
});
afterAll(() => running[Symbol.asyncDispose]());

test("a submitted function that never ends is cancelled, and its engine takes the next", async () => {
  const pool = rc.executor(0);
  const endless = pool.submit(() => {
    console.log("begun");
    for (;;);
  });
  for await (const _ of endless.result.streamOutput()) break;
  await endless.cancel();
  await expect(endless).rejects.toBeInstanceOf(TaskAborted);
  expect(await pool.submit((x: number) => x + 1, 1)).toBe(2);
});

test("leaving the block that has an executor waits for what was submitted, and leaves the engines alone", async () => {
  const squares: Promise<number>[] = [];
  {
    await using pool = rc.executor();
    for (let x = 0; x < 20; x++) squares.push(pool.submit((n: number) => n * n, x));
  }
  expect(rc.outstanding).toEqual([]);
  expect((await Promise.all(squares)).at(-1)).toBe(361);
  expect(rc.ids).toEqual([0, 1]);
});

test("delayed calls with closures and arrays are shared among the engines", async () => {
  const factor = 2;
  const scale = (part: Float64Array) => part.map((x) => x * factor);
  const parallel = new Parallel({ view: rc.loadBalancedView() });
  const parts = Array.from({ length: 50 }, (_, i) => Float64Array.of(i, i + 1));
  const scaled = await parallel.run(parts.map((part) => delayed(scale)(part)));
  expect(scaled).toEqual(parts.map((part) => part.map((x) => x * 2)));
});
