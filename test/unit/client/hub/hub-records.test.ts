import { expect, test } from "vitest";
import { can } from "../../../../canning/can.ts";
import { seal } from "../../../../canning/seal.ts";
import { Client } from "../../../../client/client.ts";
import { preciseDate } from "../../../../client/hub/precise-date.ts";
import { wireQuery } from "../../../../client/hub/task-query.ts";
import { readRows } from "../../../../client/hub/task-row.ts";
import type { JsonObject } from "../../../../protocol/json.ts";
import { MemoryCluster } from "../../../support/memory-cluster.ts";

async function setUp() {
  const cluster = new MemoryCluster(1);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  return { cluster, rc, signer: cluster.session.signer };
}

/** A completed `apply_request` as the hub tells of it. */
const record = (cluster: MemoryCluster, more: JsonObject = {}): JsonObject => ({
  header: { msg_id: "a", msg_type: "apply_request", session: "other", date: "2026-11-21T10:00:00.000001Z" },
  metadata: { label: "mine" },
  result_header: { msg_type: "apply_reply", session: "e", date: "2026-11-21T10:00:02.000000Z" },
  result_metadata: { engine: cluster.engine(0).uuid, status: "ok", started: "2026-11-21T10:00:01.000000Z" },
  result_content: { status: "ok" },
  received: "2026-11-21T10:00:03.000000Z",
  io: { execute_input: null, execute_result: null, error: null, stdout: "said\n", stderr: "" },
  ...more,
});

const unknown: JsonObject = { status: "error", ename: "KeyError", evalue: "No such message: a", traceback: [] };

test("queries travel under the wire's names, with times to the microsecond", () => {
  const time = preciseDate("2026-11-21T10:00:00.123456Z");
  if (!time) throw new Error("That is a time.");
  expect(
    wireQuery({
      msgId: { $in: ["a", "b"] },
      submitted: { $lt: time, $gte: new Date(0) },
      label: null,
      $or: [{ engineUuid: "e" }, { stdout: { $glob: "x*" } }],
    }),
  ).toEqual({
    msg_id: { $in: ["a", "b"] },
    submitted: { $lt: "2026-11-21T10:00:00.123456Z", $gte: "1970-01-01T00:00:00.000000Z" },
    label: null,
    $or: [{ engine_uuid: "e" }, { stdout: { $glob: "x*" } }],
  });
  expect(() => wireQuery({ msg_id: "a" } as never)).toThrow('Records have no key "msg_id". There are msgId, header');
});

test("rows have times, and each its own buffers", () => {
  const frames = ["a", "b", "c"].map((text) => Buffer.from(text));
  const records = [
    { msg_id: "1", submitted: "2026-11-21T10:00:00.123456Z", completed: null },
    { msg_id: "2", display_data: {} },
  ];
  const rows = readRows({ records, buffer_lens: [1, 0], result_buffer_lens: [0, 2] }, frames);
  expect(rows).toEqual([
    { msgId: "1", submitted: new Date(1795255200123.456), completed: null, buffers: [frames[0]], resultBuffers: [] },
    { msgId: "2", buffers: [], resultBuffers: frames.slice(1) },
  ]);
  expect(rows[0]?.submitted?.iso).toBe("2026-11-21T10:00:00.123456Z");
});

test("a result of another client is waited for, and comes with what is known of it", async () => {
  const { cluster, rc, signer } = await setUp();
  const buffers = can(new Map([["x", 1n]]));
  const metadata = { engine: cluster.engine(0).uuid, status: "ok", canning: seal(buffers, signer) };
  let asked = 0;
  cluster.answers.set("result_request", ({ status_only }) => {
    if (++asked < 3) return { content: { status: "ok", pending: ["a"], completed: [] } };
    const a = status_only ? undefined : record(cluster, { result_metadata: metadata });
    return { content: { status: "ok", pending: [], completed: ["a"], a }, buffers: status_only ? [] : buffers };
  });
  const result = rc.getResult<Map<string, bigint>>("a");
  expect([result.ready, result.msgIds]).toEqual([false, ["a"]]);
  expect(await result).toEqual(new Map([["x", 1n]]));
  expect(result.metadata).toMatchObject({ msgId: "a", label: "mine", method: "apply", engineId: 0, stdout: "said\n" });
  expect(result.metadata.submitted.toISOString()).toBe("2026-11-21T10:00:00.000Z");
});

test("what Python pickled cannot be read here, and an unknown task says that it is unknown", async () => {
  const { cluster, rc } = await setUp();
  cluster.answers.set("result_request", ({ msg_ids }) => {
    if ((msg_ids as string[]).includes("nope")) return { content: unknown };
    return { content: { status: "ok", pending: [], completed: ["a"], a: record(cluster) } };
  });
  await expect(rc.getResult("a")).rejects.toThrow(
    "its result cannot be read: a Python engine made it, and pickled it: only a Python client can read it",
  );
  const several = rc.getResult(["a", "nope"]);
  await several.wait();
  expect(several.metadata.map(({ error }) => error?.ename)).toEqual(["Error", "KeyError"]);
});

test("a result is asked for until the signal aborts", async () => {
  const { cluster, rc } = await setUp();
  cluster.answers.set("result_request", () => ({ content: { status: "ok", pending: ["a"], completed: [] } }));
  const stop = new AbortController();
  const result = rc.getResult("a", { signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(result).rejects.toThrow("the hub is no longer asked for it: enough");
});

test("only tasks that have ended are resubmitted", async () => {
  const { cluster, rc } = await setUp();
  let pending = ["a"];
  const asked: unknown[] = [];
  cluster.answers.set("result_request", ({ msg_ids }) => {
    if ((msg_ids as string[])[0] === "b")
      return { content: { status: "ok", pending: [], completed: ["b"], b: record(cluster) } };
    return { content: { status: "ok", pending, completed: [] } };
  });
  cluster.answers.set("resubmit_request", (content) => {
    asked.push(content);
    return { content: { status: "ok", resubmitted: { a: "b" } } };
  });
  await expect(rc.resubmit("a")).rejects.toThrow("Task a has not ended yet, and would run twice");
  expect(asked).toEqual([]);
  pending = [];
  const again = rc.resubmit("a");
  await again.wait();
  expect([again.msgIds, asked]).toEqual([["b"], [{ msg_ids: ["a"] }]]);
});

test("results are purged by task, by engine, or all", async () => {
  const { cluster, rc } = await setUp();
  const asked: JsonObject[] = [];
  cluster.answers.set("purge_request", (content) => {
    asked.push(content);
    return { content: { status: "ok" } };
  });
  await rc.purgeHubResults("all");
  await rc.purgeHubResults(["a", "b"]);
  await rc.purgeHubResults({ targets: 0 });
  expect(asked).toEqual([
    { msg_ids: "all", engine_ids: [] },
    { msg_ids: ["a", "b"], engine_ids: [] },
    { msg_ids: [], engine_ids: [0] },
  ]);
});
