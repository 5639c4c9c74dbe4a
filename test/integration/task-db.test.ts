import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { afterAll, expect, test, vi } from "vitest";
import { programFile } from "../../cli/package-root.ts";
import { parseQuery } from "../../controller/task-db/query.ts";
import type * as Threads from "../../controller/task-db/thread/worker-task-db.ts";
import { answered, requested, taskDbContract } from "../contract/task-db.ts";
import { hasMongo, mongoNeeds, startMongo } from "../support/mongo.ts";

/* Threads run what is built. */
const built = pathToFileURL(join(dirname(programFile("controller")), "task-db", "thread", "worker-task-db.js")).href;
const { WorkerTaskDb } = (await import(built)) as typeof Threads;

const folder = mkdtempSync(join(tmpdir(), "tsparallel-db-thread-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const newFile = () => join(folder, `${files++}.db`);
const plan = (file = newFile()) =>
  ({ kind: "sqlite", file, table: "tasks", retention: { days: 30, bytes: 1 << 30 }, packer: "json" }) as const;

taskDbContract("SQLite in a thread", () => WorkerTaskDb.open(plan()));

test.skipIf(!hasMongo())(`MongoDB in a thread (${mongoNeeds})`, { timeout: 120_000 }, async () => {
  await using server = await startMongo();
  await using db = await WorkerTaskDb.open({ kind: "mongo", url: server.url, database: "threaded", packer: "json" });
  await db.write([requested("a", { buffers: [Buffer.from("in")] }), answered("a"), requested("b")]);
  const [record] = await db.find(parseQuery({ label: null, completed: { $ne: null } }), ["buffers", "result_content"]);
  expect(record?.fields).toEqual({ msg_id: "a", result_content: { status: "ok" } });
  expect(record?.buffers.map(String)).toEqual(["in"]);
});

test("a database that a thread cannot open is refused with what is wrong", async () => {
  const opening = WorkerTaskDb.open(plan(join(programFile("controller"), "tasks.db")));
  await expect(opening).rejects.toThrow(/^Cannot use the task database .*tasks.db: .*--sqlite-location/);
});

test("frames that belong to nobody else, or to others, cross to the thread unharmed", async () => {
  const large = Buffer.alloc(3_000_000, 5);
  const slice = Buffer.from("--small--").subarray(2, 7);
  await using db = await WorkerTaskDb.open(plan());
  await db.write([requested("a", { buffers: [large, slice] })]);
  expect([large.length, String(slice)]).toEqual([3_000_000, "small"]);
  const [record] = await db.find(parseQuery({}), ["buffers"]);
  expect(record?.buffers.map((buffer, at) => buffer.equals([large, slice][at] ?? Buffer.alloc(0)))).toEqual([
    true,
    true,
  ]);
});

test("when its thread breaks, what was asked fails, and the next question is answered by a new one", async () => {
  const workers: Worker[] = [];
  const post = vi.spyOn(Worker.prototype, "postMessage").mockImplementation(function (this: Worker) {
    workers.push(this);
  });
  await using db = await WorkerTaskDb.open(plan());
  const asked = db.write([requested("a")]);
  await vi.waitFor(() => expect(workers).toHaveLength(1));
  post.mockRestore();
  await workers[0]?.terminate();
  await expect(asked).rejects.toThrow("its thread has ended");

  await db.write([requested("b")]);
  expect(await db.history()).toEqual(["b"]);
});

test("what was stored before a kill -9 is there after it", async () => {
  const given = plan();
  const changes = [requested("a"), answered("a"), requested("b")].map((change) =>
    "message" in change ? { ...change, message: undefined, frames: encoded(change.message) } : change,
  );
  const program = `
    const { WorkerTaskDb } = await import(${JSON.stringify(built)});
    const db = await WorkerTaskDb.open(${JSON.stringify(given)});
    const frame = (text) => Buffer.from(text);
    const changes = ${JSON.stringify(changes)}.map(({ frames: [header, metadata, content], ...change }) =>
      ({ ...change, message: { header: frame(header), metadata: frame(metadata), content: frame(content), buffers: [] } }));
    await db.write(changes);
    process.stdout.write("stored");`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await exited;

  await using db = await WorkerTaskDb.open(given);
  expect(await db.history()).toEqual(["a", "b"]);
  const pending = await db.find(parseQuery({ completed: null }), ["content"]);
  expect(pending.map(({ fields }) => fields)).toEqual([{ msg_id: "b", content: { code: "run b" } }]);
});

const encoded = (message: { header: Buffer; metadata: Buffer; content: Buffer }): string[] =>
  [message.header, message.metadata, message.content].map(String);
