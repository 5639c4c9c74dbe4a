import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { RunningCluster } from "../support/running-cluster.ts";

let cluster: RunningCluster;
let rc: Client;
beforeAll(async () => {
  cluster = await RunningCluster.start({ engines: 2 });
  rc = await cluster.connect();
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

type Fn = (x: number) => number;

/** A function of at least so many characters. */
const padded = (value: number, characters: number): Fn =>
  new Function(`return (x) => { /* ${"x".repeat(characters)} */ return x + ${value}; }`)() as Fn;

/** Bytes of the canned call in a request's record. */
async function bytesOf(id: string | undefined): Promise<number> {
  const rows = await rc.dbQuery({ msgId: id ?? "" }, ["buffers"]);
  return rows.flatMap(({ buffers }) => buffers ?? []).reduce((sum, { length }) => sum + length, 0);
}

test("the second call of a large function sends a hash, to each engine that has it", async () => {
  const f = padded(1, 100_000);
  const sizes: number[] = [];
  for (const view of [rc.view(0), rc.view(0), rc.view(1), rc.view()]) {
    const result = view.apply(f, 1);
    expect([await result].flat()[0]).toBe(2);
    await expect.poll(() => bytesOf(result.msgIds[0])).toBeGreaterThan(0);
    sizes.push(await bytesOf(result.msgIds[0]));
  }
  expect(sizes.map((size) => size > 100_000)).toEqual([true, false, true, false]);
});

test("so do tasks, once every engine has it; a function that changes is another", async () => {
  const balanced = rc.loadBalancedView();
  const f = padded(2, 50_000);
  await rc.view().apply(f, 1);
  const tasks = Array.from({ length: 20 }, (_, x) => balanced.apply(f, x));
  expect(await Promise.all(tasks)).toEqual(Array.from({ length: 20 }, (_, x) => x + 2));
  await expect.poll(() => bytesOf(tasks[19]?.msgIds[0])).toBeGreaterThan(0);
  expect(await bytesOf(tasks[19]?.msgIds[0])).toBeLessThan(5000);
  expect(await balanced.map(padded(3, 50_000), [1, 2])).toEqual([4, 5]);
});

test("an engine that has lost a source asks for it, unseen", async () => {
  const one = rc.view(0);
  const first = padded(100, 1_000_000);
  await one.apply(first, 1);
  // More than an engine keeps.
  for (let value = 0; value < 34; value++) await one.apply(padded(value, 1_000_000), 0);
  const again = one.apply(first, 5);
  expect([await again, again.stdout, again.outputs]).toEqual([105, "", []]);
});

test("a record that names a source by its hash runs again for the client that sent it, and tells others why it cannot", async () => {
  const f = padded(7, 20_000);
  const other = await cluster.connect();
  await rc.view(1).apply(f, 1);
  const short = rc.view(1).apply(f, 2);
  expect(await short).toBe(9);
  const [id = ""] = short.msgIds;
  await expect.poll(async () => (await rc.resultStatus(id)).completed).toEqual([id]);
  expect(await Promise.all([rc.resubmit<number>(id), rc.resubmit<number>(id)])).toEqual([9, 9]);

  for (let value = 0; value < 34; value++) await rc.view().apply(padded(value, 1_000_000), 0);
  await expect(other.resubmit<number>(id)).rejects.toThrow(/only the hash of its source.*Send the function again/);
});
