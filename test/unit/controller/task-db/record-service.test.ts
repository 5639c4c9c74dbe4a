import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Logger } from "../../../../cli/logger.ts";
import { Complaints } from "../../../../controller/complaints.ts";
import { DictDb } from "../../../../controller/task-db/dict-db.ts";
import { NoneDb } from "../../../../controller/task-db/none-db.ts";
import { parseQuery } from "../../../../controller/task-db/query.ts";
import { RecordService, type RecordServiceOptions } from "../../../../controller/task-db/record-service.ts";
import type { TaskDb } from "../../../../controller/task-db/task-db.ts";
import type { Passing, TrafficEvent } from "../../../../controller/traffic.ts";
import { engineUuid, msgId, sessionId } from "../../../../protocol/ids.ts";
import { jsonPacker } from "../../../../protocol/packer.ts";
import { type Outgoing, Session } from "../../../../protocol/session.ts";
import { Signer } from "../../../../protocol/signature.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const engine = engineUuid("engine-1");
const session = new Session({ id: sessionId(Buffer.alloc(16, 1)), signer: new Signer("key") });
const header = (id: string, type: string) => ({ ...session.header(type), msg_id: id });

function message(outgoing: Outgoing): Passing {
  const frames = session.pack({ idents: [Buffer.from("client")], ...outgoing });
  return { frames, at: 1 };
}

const request = (id: string, buffers: Buffer[] = []) =>
  message({ type: "apply_request", header: header(id, "apply_request"), content: { id }, buffers });
const reply = (id: string) =>
  message({
    type: "apply_reply",
    parent: header(id, "apply_request"),
    content: { status: "ok" },
    metadata: { engine },
  });

const asked = (id: string): TrafficEvent => ({ kind: "task-requested", id: msgId(id), message: request(id) });
const assigned = (id: string): TrafficEvent => ({ kind: "task-assigned", id: msgId(id), engine });
const done = (id: string): TrafficEvent => ({
  kind: "task-answered",
  id: msgId(id),
  engine,
  outcome: "ok",
  message: reply(id),
});

function published(id: string, topic: string, outgoing: Outgoing): TrafficEvent {
  const parent = header(id, "apply_request");
  return { kind: "published", frames: session.pack({ parent, idents: [Buffer.from(topic)], ...outgoing }) };
}

const stream = (id: string, text: string) =>
  published(id, "engine.0.stdout", { type: "stream", content: { name: "stdout", text } });

function setUp(options: Partial<RecordServiceOptions> = {}) {
  const lines: string[] = [];
  const note = (text: string) => void lines.push(text);
  const log: Logger = { debug: note, info: note, warn: note, error: note, isDebugging: false };
  const memory = new DictDb({ packer: jsonPacker, recordLimit: 1000, sizeLimitBytes: 1e9, cullFraction: 0.1 });
  const complaints = new Complaints(log, () => Date.now());
  const service = new RecordService({
    db: memory,
    name: "testdb",
    dialect: session,
    complaints,
    log,
    clock: () => Date.UTC(2026, 10, 21),
    ...options,
  });
  return { service, memory, lines };
}

/** A database that keeps records in memory, and fails when told so. */
function unsteady(memory: TaskDb) {
  const state = { isBroken: false, batches: [] as number[] };
  const db: TaskDb = {
    write: async (changes) => {
      state.batches.push(changes.length);
      if (state.isBroken) throw new Error("disk full");
      await memory.write(changes);
    },
    find: (query, keys) => memory.find(query, keys),
    history: () => memory.history(),
    remove: (query) => memory.remove(query),
    [Symbol.asyncDispose]: async () => {},
  };
  return { db, state };
}

test("a reader sees all that was observed before it asked", async () => {
  const { service } = setUp();
  for (const event of [asked("a"), assigned("a"), stream("a", "hello"), done("a"), asked("b")]) service.observe(event);
  const [record] = await service.find(parseQuery({ msg_id: "a" }), ["stdout", "engine_uuid", "received", "content"]);
  expect(record?.fields).toEqual({
    msg_id: "a",
    content: { id: "a" },
    engine_uuid: engine,
    received: "2026-11-21T00:00:00.000000Z",
    stdout: "hello",
  });
  expect(await service.history()).toEqual(["a", "b"]);
});

test("it tells open requests from answered ones", () => {
  const { service } = setUp();
  service.observe(asked("a"));
  service.observe({ kind: "direct-requested", id: msgId("b"), engine, message: request("b") });
  service.observe(done("a"));
  expect([service.isPending(msgId("a")), service.isAnswered(msgId("a"))]).toEqual([false, true]);
  expect([service.isPending(msgId("b")), service.isAnswered(msgId("b"))]).toEqual([true, false]);
  expect([service.isPending(msgId("c")), service.isAnswered(msgId("c"))]).toEqual([false, false]);
});

test("changes are gathered and stored in batches", async () => {
  const { memory } = setUp();
  const { db, state } = unsteady(memory);
  const { service } = setUp({ db });
  for (let index = 0; index < 100; index++) service.observe(asked(`id-${index}`));
  expect(state.batches).toEqual([]);
  await vi.advanceTimersByTimeAsync(50);
  expect(state.batches).toEqual([100]);
  for (let index = 0; index < 256; index++) service.observe(done(`id-${index}`));
  await vi.advanceTimersByTimeAsync(0);
  expect(state.batches).toEqual([100, 256]);
});

test("while the database fails nothing is lost that fits, and nobody waits", async () => {
  const { memory } = setUp();
  const { db, state } = unsteady(memory);
  const { service, lines } = setUp({ db });
  state.isBroken = true;
  for (let index = 0; index < 10; index++) service.observe(asked(`id-${index}`));
  await vi.advanceTimersByTimeAsync(500);
  expect(service.status).toEqual({ name: "testdb", backlog: 10, isDegraded: true });
  expect(await service.history()).toEqual([]);

  state.isBroken = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect(await service.history()).toHaveLength(10);
  expect(service.status).toEqual({ name: "testdb", backlog: 0, isDegraded: false });
  expect(lines).toEqual([
    "testdb does not store task records: disk full. Tasks go on, records wait",
    "testdb stores task records again",
  ]);
});

test("the backlog is bounded; output goes first, and the loss is told", async () => {
  const { memory } = setUp();
  const { db, state } = unsteady(memory);
  const { service, lines } = setUp({ db, backlog: { changes: 20, bytes: 1e6 } });
  state.isBroken = true;
  for (let index = 0; index < 10; index++) service.observe(asked(`id-${index}`));
  for (let index = 0; index < 30; index++) service.observe(stream("id-0", `${index} `));
  await vi.advanceTimersByTimeAsync(50);
  expect(service.status.backlog).toBeLessThanOrEqual(20);
  state.isBroken = false;
  await vi.advanceTimersByTimeAsync(40_000);
  expect(await service.history()).toHaveLength(10);
  const [record] = await service.find(parseQuery({ msg_id: "id-0" }), ["stdout"]);
  expect(record?.fields["stdout"]).toMatch(/ 28 29 $/);
  expect(service.status.isDegraded).toBe(true);
  expect(lines.join("\n")).toContain("testdb does not store task records");
});

test("output that nobody signed is dropped with one line", async () => {
  const { service, lines } = setUp();
  const forger = new Session({ id: sessionId(Buffer.alloc(16, 2)), signer: new Signer("guessed") });
  const content = { name: "stdout", text: "forged" };
  for (let index = 0; index < 3; index++) {
    const frames = forger.pack({
      type: "stream",
      content,
      parent: header("a", "apply_request"),
      idents: [Buffer.from("engine.0.stdout")],
    });
    service.observe({ kind: "published", frames });
  }
  expect(await service.find(parseQuery({}))).toEqual([]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("iopub (records)");
});

test("of what engines publish only output is recorded", async () => {
  const { service } = setUp();
  const content = { execution_state: "busy", code: "1+1", data: {}, ename: "E" };
  service.observe(published("a", "engine.0.status", { type: "status", content }));
  service.observe(published("a", "datapub", { type: "data_message", content }));
  service.observe(published("a", "comm-12", { type: "comm_msg", content }));
  expect(await service.find(parseQuery({}))).toEqual([]);
  service.observe(published("a", "engine.0.execute_input", { type: "execute_input", content }));
  service.observe(published("a", "engine.0.error", { type: "error", content }));
  service.observe(published("a", "engine.0.displaypub", { type: "clear_output", content }));
  const [record] = await service.find(parseQuery({}), ["execute_input", "error", "display_data", "submitted"]);
  expect(record?.fields).toEqual({
    msg_id: "a",
    execute_input: "1+1",
    error: content,
    display_data: null,
    submitted: null,
  });
});

test("a second answer to a task changes nothing; one to a direct request replaces what stood in for it", async () => {
  const { service } = setUp();
  const failed = message({ type: "apply_reply", parent: header("x", "apply_request"), content: { status: "error" } });
  for (const event of [asked("a"), done("a")]) service.observe(event);
  service.observe({ kind: "task-answered", id: msgId("a"), engine, outcome: "error", message: failed });
  service.observe({ kind: "direct-requested", id: msgId("b"), engine, message: request("b") });
  service.observe({ kind: "direct-answered", id: msgId("b"), engine, message: failed });
  service.observe({ kind: "direct-answered", id: msgId("b"), engine, message: reply("b") });
  const records = await service.find(parseQuery({}), ["result_content"]);
  expect(records.map(({ fields }) => fields["result_content"])).toEqual([{ status: "ok" }, { status: "ok" }]);
});

test("disposing stores what is left", async () => {
  const { service, memory } = setUp();
  service.observe(asked("a"));
  await service[Symbol.asyncDispose]();
  expect(await memory.history()).toEqual(["a"]);
});

test("disposing does not wait for a database that hangs", async () => {
  const { memory } = setUp();
  const { db } = unsteady(memory);
  const { service, lines } = setUp({ db: { ...db, write: () => new Promise(() => {}) } });
  service.observe(asked("a"));
  await vi.advanceTimersByTimeAsync(50);
  service.observe(asked("b"));
  const disposed = service[Symbol.asyncDispose]();
  await vi.advanceTimersByTimeAsync(1000);
  await disposed;
  expect(lines.at(-1)).toBe("testdb is too slow or fails: 2 changes of task records are lost");
});

test("without a database requests are still known, and reading is refused", async () => {
  const { service } = setUp({ db: new NoneDb() });
  service.observe(asked("a"));
  expect(service.isPending(msgId("a"))).toBe(true);
  await expect(service.history()).rejects.toMatchObject({ ename: "NoData" });
  await expect(service.find(parseQuery({}))).rejects.toMatchObject({ ename: "NoData" });
  await service.remove(parseQuery({}));
});
