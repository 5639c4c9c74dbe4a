import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { CompositeError } from "../../client/errors/composite-error.ts";
import { EngineError, TaskAborted } from "../../client/errors/failures.ts";
import { RunningCluster } from "../support/running-cluster.ts";

let running: RunningCluster;
let rc: Client;

beforeAll(async () => {
  running = await RunningCluster.start({ engines: 4, controllerArgs: ["--broadcast-depth=1"] });
  rc = await running.connect();
});
afterAll(() => running[Symbol.asyncDispose]());

for (const coalescing of [false, true]) {
  const how = coalescing ? "coalesced" : "one by one";
  const views = () => rc.broadcastView("all", { coalescing });

  test(`${how}: a call runs on every engine, and results are in their order`, async () => {
    const view = views();
    await rc.view().scatter("place", [10, 11, 12, 13], { flatten: true });
    const add = (n: number): number => (globalThis as unknown as { place: number }).place + n;
    const result = view.apply(add, 1);
    expect(await result).toEqual([11, 12, 13, 14]);
    expect(result.engineId).toEqual([0, 1, 2, 3]);
    expect(result.metadata.every(({ started, completed }) => started && completed && started <= completed)).toBe(true);
    expect(result.msgIds).toEqual(view.history);
    expect(new Set(result.msgIds).size).toBe(4);
    expect([await view.remote(add)(2), view.outstanding]).toEqual([[12, 13, 14, 15], []]);
  });

  test(`${how}: some of the engines, in the order that is asked for, or a single one`, async () => {
    const view = views();
    await view.push({ a: [1, 2] }, { targets: [3, 1] });
    expect(await view.withFlags({ targets: [3, 1] }).pull("a")).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(await rc.broadcastView(1, { coalescing }).pull<number[]>("a")).toEqual([1, 2]);
    expect(await view.pull<number[]>("a", { targets: 3 })).toEqual([1, 2]);
  });

  test(`${how}: large arrays arrive whole, each engine's its own`, async () => {
    const view = views();
    const sent = Float64Array.from({ length: 100_000 }, (_, i) => i);
    const changed = await view.apply((array: Float64Array) => {
      array[0] = (array[0] ?? 0) + 1;
      return array;
    }, sent);
    expect(changed.map((array) => [array.length, array[0], array.at(-1)])).toEqual(Array(4).fill([100_000, 1, 99_999]));
    await view.push({ sent });
    expect(await view.gather<Float64Array>("sent")).toHaveLength(400_000);
  });

  test(`${how}: code prints, fails on one engine, and the results of the others are kept`, async () => {
    const view = views();
    await rc.view().scatter("place", [0, 1, 2, 3], { flatten: true });
    const cell = view.execute("console.log('at', place); if (place === 2) throw new RangeError('two'); place * 2");
    await expect(cell.get()).rejects.toBeInstanceOf(CompositeError);
    expect(cell.stdout).toEqual(["at 0\n", "at 1\n", "at 2\n", "at 3\n"]);
    const parts = await cell.get({ returnErrors: true });
    expect(parts.map((part) => (part instanceof Error ? part.message : part.text))).toEqual([
      "0",
      "2",
      expect.stringContaining("RangeError: two"),
      "6",
    ]);
  });

  test(`${how}: an engine that is named twice is called once`, async () => {
    const result = rc.broadcastView([2, 2, 0], { coalescing }).apply(() => 1);
    expect(await result).toEqual([1, 1]);
    expect(result.engineId).toEqual([2, 0]);
  });

  test(`${how}: what runs for ever is aborted, and the engines are free`, async () => {
    const view = views();
    const endless = view.execute("console.log('begun'); for (;;);");
    let begun = 0;
    for await (const piece of endless.streamOutput()) if (piece.kind === "stream" && ++begun === 4) break;
    await endless.abort();
    const ends = await endless.get({ returnErrors: true });
    expect(ends.map((end) => end instanceof TaskAborted)).toEqual([true, true, true, true]);
    expect(await view.apply(() => 1)).toEqual([1, 1, 1, 1]);
  });
}

test("an engine that dies takes only its own part along, also where replies are coalesced", async () => {
  await using other = await RunningCluster.start({ engines: 3 });
  const client = await other.connect();
  const view = client.broadcastView("all", { coalescing: true });
  await client.view().scatter("place", [0, 1, 2], { flatten: true });
  const result = view.execute("if (place === 1) process.kill(process.pid, 'SIGKILL'); place");
  const parts = await result.get({ returnErrors: true });
  expect(parts.map((part) => (part instanceof Error ? part.name : part.text))).toEqual(["0", "EngineError", "2"]);
}, 20_000);

test("an engine that is gone is named at once", async () => {
  await using other = await RunningCluster.start({ engines: 2 });
  const client = await other.connect();
  const view = client.broadcastView([0, 1], { coalescing: true });
  await client.shutdown({ targets: 1 });
  await expect.poll(() => client.ids).toEqual([0]);
  expect(() => view.apply(() => 1)).toThrow(EngineError);
}, 20_000);

test("it shows its engines", () => {
  expect(inspect(rc.broadcastView("::2"))).toBe("<BroadcastView [0, 2]>");
  expect(rc.broadcastView("all", { coalescing: true }).coalescing).toBe(true);
});
