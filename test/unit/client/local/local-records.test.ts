import { expect, test } from "vitest";
import { Client } from "../../../../client/client.ts";
import { RemoteError } from "../../../../client/errors/remote-error.ts";
import type { JsonObject } from "../../../../protocol/json.ts";
import { MemoryCluster } from "../../../support/memory-cluster.ts";

async function setUp(engines = 1) {
  const cluster = new MemoryCluster(engines);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  return { cluster, rc };
}

test("the history has the ids of all that was sent, in order", async () => {
  const { rc } = await setUp(2);
  const first = rc.view().apply(() => 1);
  await rc.hubHistory().catch(() => undefined);
  const second = rc.loadBalancedView().apply(() => 2);
  await Promise.all([first, second]);
  expect(rc.history).toEqual([...first.msgIds, ...second.msgIds]);
  expect(rc.history.every((id) => id.startsWith(rc.sessionId))).toBe(true);
});

test("results and metadata have what has ended until it is got", async () => {
  const { rc } = await setUp();
  const good = rc
    .view(0)
    .withFlags({ label: "good" })
    .apply(() => 42);
  const bad = rc.view(0).apply(() => {
    throw new RangeError("no");
  });
  expect(rc.results.size).toBe(0);
  expect([...rc.metadata.values()].map(({ status }) => status)).toEqual([undefined, undefined]);
  await rc.wait();
  const [goodId = "", badId = ""] = rc.history;
  expect(rc.results.get(goodId)).toBe(42);
  expect(rc.results.get(badId)).toBeInstanceOf(RemoteError);
  expect(rc.metadata.get(goodId)).toMatchObject({ status: "ok", label: "good", engineId: 0 });
  expect(await good).toBe(42);
  expect([...rc.results.keys()]).toEqual([badId]);
  await expect(bad.get()).rejects.toThrow("no");
  expect([rc.results.size, rc.metadata.size]).toEqual([0, 0]);
});

test("a part that is iterated over is dropped, the others stay", async () => {
  const { rc } = await setUp(3);
  const result = rc.view().apply(() => 1);
  await result.wait();
  for await (const value of result) {
    expect(value).toBe(1);
    break;
  }
  expect([...rc.results.keys()]).toEqual(result.msgIds.slice(1));
});

test("of what nobody asks for the latest thousand stay", async () => {
  const { rc } = await setUp();
  const results = Array.from({ length: 1100 }, (_, i) => rc.view(0).apply((x: number) => x, i));
  await rc.wait();
  expect([...rc.results.keys()]).toEqual(rc.history.slice(100));
  expect(await Promise.all(results)).toHaveLength(1100);
  expect([rc.results.size, rc.metadata.size, rc.history.length]).toEqual([0, 0, 1100]);
});

test("a result is found again by id, place or result, without asking the hub", async () => {
  const { cluster, rc } = await setUp(2);
  cluster.answers.set("result_request", () => {
    throw new Error("The hub was asked.");
  });
  const pending = rc.view(0).apply((x: number) => x * 2, 21);
  const again = rc.getResult<number>(rc.history[0] ?? "", { owner: false });
  expect([await again, again.metadata.engineId, again.msgIds]).toEqual([42, 0, pending.msgIds]);
  expect(await rc.getResult(0, { owner: false })).toBe(42);
  expect(await rc.getResult(undefined, { owner: false })).toBe(42);
  expect(await rc.getResult(-1)).toBe(42);
  expect(rc.results.size).toBe(0);
  const both = rc.view().apply(() => "x");
  expect(await rc.getResult<string>([both, -1])).toEqual(["x", "x"]);
  expect(() => rc.getResult(3)).toThrow("The history has no request 3: 3 have been sent so far.");
});

test("what was dropped is asked of the hub, once more in the same result", async () => {
  const { cluster, rc } = await setUp();
  const asked: JsonObject[] = [];
  cluster.answers.set("result_request", (content) => {
    asked.push(content);
    return { content: { status: "error", ename: "KeyError", evalue: "unknown", traceback: [] } };
  });
  await rc.view(0).apply(() => 1);
  const kept = rc.view(0).apply(() => 2);
  await kept.wait();
  const result = rc.getResult([0, 1]);
  await expect(result.get()).rejects.toThrow("unknown");
  expect(result.metadata.map(({ status }) => status)).toEqual(["error", "ok"]);
  expect(asked).toEqual([{ msg_ids: [rc.history[0]], status_only: true }]);
});

test("what is purged here is gone here; what has not ended is refused, and then nothing is purged", async () => {
  const { cluster, rc } = await setUp(2);
  const [first, second] = [rc.view(0).apply(() => 1), rc.view(1).apply(() => 2)];
  await rc.wait();
  cluster.engine(0).isHeld = true;
  const held = rc.view(0).apply(() => 3);
  for (const what of ["all", [held, first], { targets: 0 }, -1] as const)
    expect(() => rc.purgeLocalResults(what)).toThrow(`Task ${held.msgIds[0]} has not ended yet`);
  expect(rc.results.size).toBe(2);
  rc.purgeLocalResults({ targets: 1 });
  expect([...rc.results.keys()]).toEqual(first.msgIds);
  rc.purgeLocalResults(first);
  expect(rc.results.size).toBe(0);
  expect([await first, await second]).toEqual([1, 2]);
});

test("purging here and on the hub says the same to both; purging everything empties the history", async () => {
  const { cluster, rc } = await setUp();
  const asked: JsonObject[] = [];
  cluster.answers.set("purge_request", (content) => {
    asked.push(content);
    return { content: { status: "ok" } };
  });
  const result = rc.view(0).apply(() => 1);
  await rc.wait();
  await rc.purgeResults(-1);
  expect(rc.results.size).toBe(0);
  await rc.purgeResults({ targets: 0 });
  await rc.purgeEverything();
  expect(rc.history).toEqual([]);
  expect(asked).toEqual([
    { msg_ids: result.msgIds, engine_ids: [] },
    { msg_ids: [], engine_ids: [0] },
    { msg_ids: "all", engine_ids: [] },
  ]);
});

test("session and engines tell the ids under which records name them", async () => {
  const { cluster, rc } = await setUp(2);
  expect(rc.sessionId).toBe("02020202-020202020202020202020202");
  expect([...rc.engineUuids]).toEqual(cluster.engines.map(({ id, uuid }) => [id, uuid]));
});
