import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { RunningCluster } from "../support/running-cluster.ts";

let running: RunningCluster;
let rc: Client;

beforeAll(async () => {
  running = await RunningCluster.start({ engines: 2 });
  rc = await running.connect();
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

test("what was got is found again on the hub, at once, by its place in the history", async () => {
  const view = rc.loadBalancedView();
  for (let i = 0; i < 50; i++) {
    await view.apply((x: number) => x, i);
    expect(await rc.getResult(-1)).toBe(i);
  }
  const direct = rc.view().apply(() => "both");
  expect(await direct).toEqual(["both", "both"]);
  expect(await rc.getResult([-2, -1])).toEqual(["both", "both"]);
  expect(await rc.getResult(direct)).toEqual(["both", "both"]);
  expect(await rc.getResult(0)).toBe(0);
});

test("a result that another client asks for is the same, also while it runs", async () => {
  const other = await running.connect();
  const result = rc.view(0).apply(() => new Promise<string>((resolve) => setTimeout(() => resolve("late"), 200)));
  const again = other.getResult<string>(result.msgIds[0] ?? "");
  expect([again.ready, await again, await result]).toEqual([false, "late", "late"]);
  expect(again.metadata).toMatchObject({ engineId: 0, engineUuid: rc.engineUuids.get(0), status: "ok" });
  const [row] = await other.dbQuery({ msgId: again.msgIds[0] ?? "" }, "clientUuid");
  expect(row?.clientUuid).toBe(rc.sessionId);
  expect(other.history).toEqual([]);
});

test("what pends is not submitted again; what has ended is, by place as well", async () => {
  const pending = rc.loadBalancedView().apply(() => new Promise((resolve) => setTimeout(() => resolve(1), 300)));
  await expect(rc.resubmit().get()).rejects.toThrow(`Task ${pending.msgIds[0]} has not ended yet, and would run twice`);
  await pending;
  const again = rc.resubmit<number>(-1);
  expect(await again).toBe(1);
  expect(again.msgIds).not.toEqual(pending.msgIds);
});

test("what is purged on the hub is unknown to all, and to this client when it has been got", async () => {
  const [got, kept] = [rc.view(0).apply(() => "got"), rc.view(0).apply(() => "kept")];
  expect(await got).toBe("got");
  await rc.wait(kept);
  await rc.purgeHubResults([got, kept]);
  await expect(rc.getResult(got).get()).rejects.toMatchObject({ elist: [{ ename: "KeyError" }] });
  expect(await rc.getResult(kept)).toEqual(["kept"]);
  await rc.view(1).apply(() => "elsewhere");
  const here = rc.view(0).apply(() => "here");
  await rc.wait();
  await rc.purgeResults({ targets: 0 });
  expect([rc.results.has(here.msgIds[0] ?? ""), await rc.getResult(-2)]).toEqual([false, "elsewhere"]);
  await rc.purgeEverything();
  expect([rc.history, await rc.hubHistory(), [...rc.metadata]]).toEqual([[], [], []]);
});

test("waiting by id takes other clients' requests, and shows how far it is", async () => {
  const other = await running.connect();
  const ids = Array.from({ length: 4 }, (_, i) => other.view(i % 2).apply(() => i)).flatMap(({ msgIds }) => msgIds);
  expect(await rc.wait(ids, { timeoutMs: 10_000 })).toBe(true);
  const slow = other.view(0).apply(() => new Promise((resolve) => setTimeout(() => resolve(1), 400)));
  expect(await rc.wait(slow.msgIds[0], { timeoutMs: 1 })).toBe(false);
  expect(await rc.waitInteractive([slow.msgIds[0] ?? "", slow], { timeoutMs: 10_000 })).toBe(true);
  expect(await other.waitInteractive()).toBe(true);
});
