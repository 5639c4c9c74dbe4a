import { expect, test } from "vitest";
import { Client } from "../../../../client/client.ts";
import type { JsonObject } from "../../../../protocol/json.ts";
import { MemoryCluster } from "../../../support/memory-cluster.ts";

async function setUp() {
  const cluster = new MemoryCluster(2);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  return { cluster, rc };
}

test("how this client's requests stand it knows itself; the hub is asked for the others", async () => {
  const { cluster, rc } = await setUp();
  const asked: JsonObject[] = [];
  cluster.answers.set("result_request", (content) => {
    asked.push(content);
    return { content: { status: "ok", pending: ["p"], completed: ["c"] } };
  });
  cluster.engine(1).isHeld = true;
  const [ended, pending] = [rc.view(0).apply(() => 1), rc.view(1).apply(() => 2)];
  await ended.wait();
  const own = { pending: [...pending.msgIds], completed: [...ended.msgIds] };
  expect(await rc.resultStatus([0, -1])).toEqual(own);
  expect(asked).toEqual([]);
  expect(await rc.resultStatus([ended, pending, "p", "c"])).toEqual({
    pending: [...own.pending, "p"],
    completed: [...own.completed, "c"],
  });
  expect(asked).toEqual([{ msg_ids: ["p", "c"], status_only: true }]);
});

test("with results it tells what has ended, errors in their places, and drops nothing", async () => {
  const { rc } = await setUp();
  const good = rc.view(0).apply(() => 42);
  const bad = rc.view(0).apply(() => {
    throw new Error("no");
  });
  await rc.wait();
  const { completed, results } = await rc.resultStatus([good, bad], { statusOnly: false });
  expect(completed).toEqual([...good.msgIds, ...bad.msgIds]);
  expect([...results.values()]).toMatchObject([42, { ename: "Error", evalue: "no" }]);
  expect(rc.results.size).toBe(2);
});

test("queues are counted, or listed by message id", async () => {
  const { cluster, rc } = await setUp();
  cluster.answers.set("queue_request", ({ verbose, targets }) => {
    const row = verbose
      ? { queue: ["a"], completed: ["b", "c"], tasks: [] }
      : { queue: 1, completed: 2, tasks: 0, targets };
    return { content: { status: "ok", 1: row, unassigned: verbose ? ["d"] : 1 } };
  });
  expect(await rc.queueStatus(1)).toEqual({ engines: { 1: { queue: 1, completed: 2, tasks: 0 } }, unassigned: 1 });
  expect(await rc.queueStatus(1, { verbose: true })).toEqual({
    engines: { 1: { queue: ["a"], completed: ["b", "c"], tasks: [] } },
    unassigned: ["d"],
  });
});
