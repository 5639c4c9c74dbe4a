import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { RemoteError } from "../../client/errors/remote-error.ts";
import { RunningCluster } from "../support/running-cluster.ts";

let running: RunningCluster;
let rc: Client;
let other: Client;

beforeAll(async () => {
  running = await RunningCluster.start({ engines: 3 });
  rc = await running.connect();
  other = await running.connect();
});
afterAll(() => running[Symbol.asyncDispose]());

const kinds = (items: readonly unknown[]) =>
  items.map((item) => (item instanceof RemoteError ? `${item.engine}: ${item.evalue}` : item));

test("a result from the hub's records can do what one's own can", async () => {
  const own = rc.view().apply(() => {
    const { pid } = process;
    console.log("worked");
    return pid;
  });
  const pids = await own;
  const found = other.getResult<number>([...own.msgIds]);
  expect(await found.wait({ returnWhen: "first", timeoutMs: 10_000 })).toBe(true);
  expect(await found.get({ returnErrors: true })).toEqual(pids);
  expect(await found.getDict()).toEqual({ 0: pids[0], 1: pids[1], 2: pids[2] });
  expect([found.at(-1), found.slice(0, 2), found.r, found.sent]).toEqual([pids[2], pids.slice(0, 2), pids, true]);
  expect([found.stdout, found.engineId, found.progress, found.length]).toEqual([
    Array(3).fill("worked\n"),
    [0, 1, 2],
    3,
    3,
  ]);
  expect(found.metadata.map(({ submitted, started }) => [submitted, started])).toEqual(
    own.metadata.map(({ submitted, started }) => [submitted, started]),
  );
  expect(found.serialTimeMs).toBe(own.serialTimeMs);
});

test("errors of some engines leave the values of the others, here and on record", async () => {
  const failing = rc.view().apply(
    (bad: number) => {
      if (process.pid === bad) throw new Error("not me");
      return "fine";
    },
    await rc.view(1).apply(() => process.pid),
  );
  expect(kinds(await failing.get({ returnErrors: true }))).toEqual(["fine", "1: not me", "fine"]);
  const found = other.getResult<string>([...failing.msgIds]);
  expect(kinds(await found.get({ returnErrors: true }))).toEqual(["fine", "1: not me", "fine"]);
  expect(() => found.at(1)).toThrow("not me");
  expect(found.at(2)).toBe("fine");
});

test("what a task depended on is in its metadata, also for another client", async () => {
  const view = rc.loadBalancedView();
  const first = view.withFlags({ label: "first" }).apply(() => 1);
  const second = view.withFlags({ after: first, follow: first }).apply(() => 2);
  await second;
  const ids = { after: first.msgIds, follow: first.msgIds };
  expect(second.metadata).toMatchObject(ids);
  const found = other.getResult(second.msgIds[0] ?? "");
  await found;
  expect(found.metadata).toMatchObject({ ...ids, status: "ok", engineId: first.metadata.engineId });
  const labelled = other.getResult(first.msgIds[0] ?? "");
  await labelled;
  expect(labelled.metadata.label).toBe("first");
});

test("arrays may be overwritten once a result says that it was sent", async () => {
  const numbers = new Float64Array(4_000_000).fill(1);
  const pushed = rc.view().push({ numbers });
  expect(await pushed.waitOnSend({ timeoutMs: 20_000 })).toBe(true);
  numbers.fill(2);
  const sums = rc.view().execute("numbers.reduce((sum, each) => sum + each, 0)");
  expect((await sums).map(({ text }) => text)).toEqual(Array(3).fill("4000000"));
});

test("failures that nobody awaits end no program, though the client is closed on them", async () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", note);
  const client = await running.connect();
  const failed = client.view().execute("throw new Error('nobody cares')");
  await failed.wait();
  client.view(0).apply(() => new Promise(() => undefined));
  client.loadBalancedView().map(() => new Promise(() => undefined), [1, 2, 3]);
  client.getResult("no such id");
  void failed.streamOutput();
  await client.abort();
  await client.close();
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  expect(rejections).toEqual([]);
});
