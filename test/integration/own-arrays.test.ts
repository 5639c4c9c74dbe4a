import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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

/** Below what zeromq copies, within the head frame, copied when sent, and lent. */
const lengths = [4, 16, 128, 1000, 8192, 1_000_000];

test("a received array is the receiver's own, writable, and nothing else changes with it", async () => {
  const view = rc.view();
  for (const length of lengths) {
    const sent = new Float64Array(length).fill(1);
    const kept = await view.apply(
      (array: Float64Array, same: Float64Array) => {
        const before = array === same;
        array.fill(2);
        Object.assign(globalThis, { kept: array });
        return { before, array };
      },
      sent,
      sent,
    );
    // Once back, neither side's copy follows the other's.
    expect(kept.map(({ before, array }) => before && array.every((x) => x === 2))).toEqual([true, true]);
    expect(sent.every((x) => x === 1)).toBe(true);
    kept[0]?.array.fill(3);
    expect(kept[1]?.array.every((x) => x === 2)).toBe(true);
    const there = await view.apply(() => Reflect.get(globalThis, "kept") as Float64Array);
    expect(there.map((array) => array.length === length && array.every((x) => x === 2))).toEqual([true, true]);
    await rc.view(0).apply(() => void (Reflect.get(globalThis, "kept") as Float64Array).fill(4));
    expect(await rc.view(1).apply(() => (Reflect.get(globalThis, "kept") as Float64Array)[0])).toBe(2);
  }
});

test("a result stays what it was, whatever the engine runs next", async () => {
  const one = rc.view(0);
  for (const length of [...lengths, 8_000_000]) {
    await one.push({ grid: new Float64Array(length).fill(1) });
    const pulled = one.pull<Float64Array>("grid");
    const overwritten = one.execute("grid.fill(9)");
    expect((await pulled).every((x) => x === 1)).toBe(true);
    await overwritten;
    const twice = await Promise.all([one.pull<Float64Array>("grid"), one.pull<Float64Array>("grid")]);
    expect(twice.map((array) => array[length - 1])).toEqual([9, 9]);
  }
});

test("what is published is what it was then", async () => {
  const published = rc.view(0).execute(`
    const { publishData } = await import("tsparallel");
    const steps = new Float64Array(200_000);
    publishData({ first: steps.fill(1) });
    publishData({ second: steps.fill(2) });
    steps.fill(3);
  `);
  await published;
  const { first, second } = published.data as Record<string, Float64Array>;
  expect([first?.every((x) => x === 1), second?.every((x) => x === 2)]).toEqual([true, true]);
});

test("once it is sent, the source may be overwritten, and engines have got what it was", async () => {
  const source = new Float64Array(4_000_000);
  const isAll = (values: Float64Array, value: number) => values.every((each) => each === value);
  for (let value = 1; value <= 8; value++) {
    source.fill(value);
    const view = value % 2 === 0 ? rc.view() : rc.view([1]);
    const checked = view.apply(isAll, source, value);
    await checked.waitOnSend();
    source.fill(-1);
    expect([...new Set(await checked)]).toEqual([true]);
  }
  for (let value = 1; value <= 4; value++) {
    const checked = rc.loadBalancedView().apply(isAll, source.fill(value), value);
    await checked.waitOnSend();
    source.fill(-1);
    expect(await checked).toBe(true);
  }
});

test("whether it is sent is told truly: not while memory is lent, at once where it is copied, and by the reply at last", async () => {
  const large = rc.view(0).push({ large: new Float64Array(4_000_000) });
  const small = rc.view(0).push({ small: new Float64Array(8000) });
  expect([large.sent, small.sent]).toEqual([false, true]);
  await large;
  expect(large.sent).toBe(true);
});

test("what was sent can be collected while its result is waited for", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const size = (values: Float64Array) => new Promise((resolve) => setTimeout(resolve, 3000, values.length));
  const [source, waiting] = (() => {
    const values = new Float64Array(1_000_000);
    return [new WeakRef(values), rc.view(0).apply(size, values)] as const;
  })();
  await expect
    .poll(() => {
      collect();
      return source.deref() === undefined;
    })
    .toBe(true);
  expect(waiting.ready).toBe(false);
  expect(await waiting).toBe(1_000_000);
});
