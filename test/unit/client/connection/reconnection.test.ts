import { expect, test } from "vitest";
import { Client } from "../../../../client/client.ts";
import { ConnectError, ConnectionLost, EngineError, TaskAborted } from "../../../../client/errors/failures.ts";
import type { JsonObject } from "../../../../protocol/json.ts";
import { MemoryCluster } from "../../../support/memory-cluster.ts";

async function setUp(engines: number, timeoutMs = 10_000, whyGone: () => string | undefined = () => undefined) {
  const cluster = new MemoryCluster(engines);
  const rc = await Client.over(cluster.channels(), cluster.clientSession(), {
    timeoutMs,
    whyGone,
    settlePausesMs: [0, 5],
  });
  for (const engine of cluster.engines) engine.isHeld = true;
  return { cluster, rc };
}

/** A database with these records, by message id: whether they have ended. */
function record(cluster: MemoryCluster, ended: Readonly<Record<string, boolean>>): void {
  cluster.answers.set("db_request", () => {
    const records = Object.entries(ended).map(([msg_id, hasEnded]) => ({
      msg_id,
      completed: hasEnded ? "2026-11-21T10:00:00.123456Z" : null,
    }));
    return { content: { status: "ok", records, buffer_lens: null, result_buffer_lens: null } };
  });
}

const refusal = (ename: string): JsonObject => ({ status: "error", ename, evalue: "no", traceback: [] });

test("what the controller knows as pending goes on waiting, and its reply still counts", async () => {
  const { cluster, rc } = await setUp(1);
  const result = rc.loadBalancedView().apply(() => 41 + 1);
  await expect.poll(() => cluster.engine(0).received.length).toBe(1);
  cluster.breakConnection();
  expect(rc.isOpen).toBe(true);
  record(cluster, { [result.msgIds[0] ?? ""]: false });
  cluster.restoreConnection();
  await rc.dbQuery({});
  expect(result.ready).toBe(false);

  const [request] = cluster.engine(0).received;
  if (request) await cluster.answer(cluster.engine(0), request);
  expect(await result).toBe(42);
});

test("what has ended meanwhile is fetched from the hub's records, with its output", async () => {
  const { cluster, rc } = await setUp(1);
  const result = rc.view(0).execute("console.log('hi')");
  await expect.poll(() => cluster.engine(0).received.length).toBe(1);
  const [id = ""] = result.msgIds;
  const [request] = cluster.engine(0).received;
  cluster.breakConnection();
  record(cluster, { [id]: true });
  cluster.answers.set("result_request", () => ({
    content: {
      ...{ status: "ok", pending: [], completed: [id] },
      [id]: {
        header: request?.header ?? {},
        metadata: {},
        result_header: { msg_type: "execute_reply", date: "2026-11-21T10:00:01.000000Z" },
        result_metadata: { engine: cluster.engine(0).uuid, status: "ok" },
        result_content: { status: "ok", execution_count: 7 },
        received: "2026-11-21T10:00:01.000000Z",
        io: { execute_input: null, execute_result: null, error: null, stdout: "hi\n", stderr: "" },
      },
    },
  }));
  cluster.restoreConnection();
  expect((await result).executionCount).toBe(7);
  expect([result.stdout, result.engineId]).toEqual(["hi\n", 0]);
});

test("a controller without a database is asked what it remembers", async () => {
  const { cluster, rc } = await setUp(1);
  const results = [1, 2, 3].map((value) => rc.loadBalancedView().apply((x: number) => x, value));
  await expect.poll(() => cluster.engine(0).received.length).toBe(3);
  const forgotten = results[1]?.msgIds[0] ?? "";
  cluster.breakConnection();
  cluster.answers.set("db_request", () => ({ content: refusal("NoData") }));
  cluster.answers.set("result_request", ({ msg_ids }) => {
    const ids = msg_ids as readonly string[];
    if (ids.includes(forgotten)) return { content: refusal("KeyError") };
    return { content: { status: "ok", pending: ids, completed: [] } };
  });
  cluster.restoreConnection();
  await expect(results[1]).rejects.toBeInstanceOf(ConnectionLost);
  expect(results.map(({ ready }) => ready)).toEqual([false, true, false]);
});

test("what the controller does not know fails after a while, and says so", async () => {
  const { cluster, rc } = await setUp(1);
  const result = rc.loadBalancedView().apply(() => 1);
  await expect.poll(() => cluster.engine(0).received.length).toBe(1);
  cluster.breakConnection();
  cluster.answers.set("db_request", () => ({ content: refusal("NoData") }));
  cluster.answers.set("result_request", () => ({ content: refusal("KeyError") }));
  cluster.restoreConnection();
  await expect(result).rejects.toThrow(ConnectionLost);
  await expect(result).rejects.toThrow(`has no record of task ${result.msgIds[0]}`);
  for (const engine of cluster.engines) engine.isHeld = false;
  expect(await rc.loadBalancedView().apply(() => 2)).toBe(2);
});

test("engines that came and went while it was away are known afterwards", async () => {
  const { cluster, rc } = await setUp(2);
  const lost = rc.view(0).apply(() => 1);
  await expect.poll(() => cluster.engine(0).received.length).toBe(1);
  cluster.breakConnection();
  record(cluster, { [lost.msgIds[0] ?? ""]: false });
  cluster.forget(0);
  cluster.restoreConnection();
  cluster.join(5);
  await rc.waitForEngines(3);
  await expect(lost).rejects.toThrow(EngineError);
  expect(rc.ids).toEqual([1, 5]);
});

test("a controller that stays away too long, or has ended, is not waited for", async () => {
  const late = await setUp(1, 20);
  const result = late.rc.view(0).apply(() => 1);
  late.cluster.breakConnection();
  await expect(result).rejects.toThrow(ConnectionLost);
  await expect(result).rejects.toThrow("the connection to the controller broke, and was not back after 0.02 s");
  expect(() => late.rc.view(0).apply(() => 1)).toThrow(ConnectError);

  const gone = await setUp(1, 10_000, () => "the controller has ended");
  const aborted = gone.rc.view(0).apply(() => 1);
  gone.cluster.breakConnection();
  await expect(aborted).rejects.toThrow(TaskAborted);
  await expect(aborted).rejects.toThrow("the controller has ended");
});

test("questions to the hub are asked again; those that may not be asked twice fail", async () => {
  const { cluster, rc } = await setUp(1);
  const asked: string[] = [];
  let isHearing = false;
  for (const type of ["history_request", "resubmit_request"])
    cluster.answers.set(type, () => {
      asked.push(type);
      return isHearing ? { content: { status: "ok", history: ["a"], resubmitted: { a: "b" } } } : undefined;
    });
  cluster.answers.set("result_request", () => ({ content: { status: "ok", pending: [], completed: ["a"] } }));
  const [history, again] = [rc.hubHistory(), rc.resubmit("a")];
  await expect.poll(() => asked).toEqual(["history_request", "resubmit_request"]);
  isHearing = true;
  cluster.breakConnection();
  cluster.restoreConnection();
  expect(await history).toEqual(["a"]);
  await expect(again).rejects.toThrow("resubmit_request: the connection to the controller broke");
  expect(asked).toEqual(["history_request", "resubmit_request", "history_request"]);
});
