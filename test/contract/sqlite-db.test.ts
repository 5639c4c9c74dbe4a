import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import Database from "libsql";
import { afterAll, expect, test } from "vitest";
import { DictDb } from "../../controller/task-db/dict-db.ts";
import { parseQuery } from "../../controller/task-db/query.ts";
import { SqliteDb } from "../../controller/task-db/sqlite/sqlite-db.ts";
import type { RetentionLimits } from "../../controller/task-db/sqlite/sqlite-retention.ts";
import { jsonPacker } from "../../protocol/packer.ts";
import { answered, anyQuery, moment, oddRecords, requested, taskDbContract } from "./task-db.ts";

const folder = mkdtempSync(join(tmpdir(), "tsparallel-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const newFile = () => join(folder, `${files++}.db`);

function open(file = newFile(), options: { retention?: RetentionLimits; now?: () => number } = {}): SqliteDb {
  const retention = { days: 30, bytes: 1 << 30 };
  return new SqliteDb({ file, table: "ipython-tasks", packer: jsonPacker, retention, ...options });
}

taskDbContract("SQLite", async () => open());

/** Rows as another program sees them. */
function read(file: string, sql: string): unknown[] {
  const db = new Database(file);
  const rows = db.prepare(sql).raw().all([]);
  db.close();
  return rows;
}

test("SQLite: any query finds what the memory database finds", async () => {
  await using sqlite = open();
  await using dict = new DictDb({ packer: jsonPacker, recordLimit: 100, sizeLimitBytes: 1 << 30, cullFraction: 0.1 });
  for (const db of [sqlite, dict]) await db.write(oddRecords);
  await fc.assert(
    fc.asyncProperty(anyQuery, async (query) => {
      const parsed = parseQuery(query);
      expect(await sqlite.find(parsed, ["label"])).toEqual(await dict.find(parsed, ["label"]));
    }),
    { numRuns: 1000 },
  );
});

test("SQLite: records are there when the file is opened again", async () => {
  const file = newFile();
  await once(open(file), (db) =>
    db.write([requested("a", { buffers: [Buffer.from("in")] }), requested("b"), answered("b")]),
  );
  await using db = open(file);
  await db.write([answered("a", { buffers: [Buffer.from("out")] })]);
  const [record] = await db.find(parseQuery({ msg_id: "a" }), ["buffers", "result_buffers", "completed"]);
  expect([record?.fields["completed"], record?.buffers.map(String), record?.result_buffers.map(String)]).toEqual([
    moment(3),
    ["in"],
    ["out"],
  ]);
  expect(await db.history()).toEqual(["a", "b"]);
});

test("SQLite: any program reads the table", async () => {
  const file = newFile();
  await once(open(file), (db) =>
    db.write([requested("a", { label: "x", buffers: [Buffer.from("one"), Buffer.from("2")] })]),
  );
  const sql = `SELECT msg_id, submitted, json_extract(header, '$.msg_type'), hex(buffers), buffer_lengths FROM "ipython-tasks"`;
  expect(read(file, sql)).toEqual([["a", moment(1), "apply_request", "6F6E6532", "[3,1]"]]);
});

test("SQLite: beside a table of another shape a new one is made", async () => {
  const file = newFile();
  const other = new Database(file);
  other.exec('CREATE TABLE "ipython-tasks" (msg_id TEXT PRIMARY KEY, header TEXT); CREATE TABLE "ipython-tasks_1" (x)');
  other.close();
  for (let round = 0; round < 2; round++) await once(open(file), (db) => db.write([requested(`id-${round}`)]));
  expect(read(file, 'SELECT msg_id FROM "ipython-tasks_2"')).toEqual([["id-0"], ["id-1"]]);
  expect(read(file, 'SELECT count(*) FROM "ipython-tasks"')).toEqual([[0]]);
});

test("SQLite: records older than the retention go, pending ones stay", async () => {
  const file = newFile();
  const day = 86_400_000;
  const start = Date.UTC(2026, 10, 1);
  const at = (nowMs: number) => ({ retention: { days: 30, bytes: 0 }, now: () => nowMs });
  await once(open(file, at(start)), (db) => db.write([requested("old"), answered("old"), requested("open")]));
  await once(open(file, at(start + 20 * day)), (db) => db.write([requested("new"), answered("new")]));
  await once(open(file, at(start + 29 * day)), async (db) => expect(await db.history()).toHaveLength(3));
  await using db = open(file, at(start + 31 * day));
  expect((await db.history()).toSorted()).toEqual(["new", "open"]);
});

test("SQLite: a file above its limit loses the oldest records and their space, pending ones stay", async () => {
  const file = newFile();
  let nowMs = 0;
  await using db = open(file, { retention: { days: 0, bytes: 1 << 20 }, now: () => nowMs++ });
  const buffers = [Buffer.alloc(10_000, 1)];
  await db.write([requested("open", { buffers })]);
  for (let index = 0; index < 300; index++)
    await db.write([requested(`id-${index}`, { buffers }), answered(`id-${index}`)]);
  const left = await db.history();
  expect(left[0]).toBe("open");
  expect(left.at(-1)).toBe("id-299");
  expect(left.length).toBeGreaterThan(10);
  expect(left.length).toBeLessThan(110);
  const [[pages, size]] = read(file, "SELECT page_count, page_size FROM pragma_page_count, pragma_page_size") as [
    [number, number],
  ];
  expect(pages * size).toBeLessThan(1.2 * (1 << 20));
});

test("SQLite: only the owner can read the file", async () => {
  const file = newFile();
  await using db = open(file);
  await db.write([requested("a")]);
  expect([file, `${file}-wal`].map((name) => statSync(name).mode & 0o777)).toEqual([0o600, 0o600]);
});

test("SQLite: a file that is no database is refused by name, with the next step", () => {
  const file = newFile();
  writeFileSync(file, "no database ".repeat(1000));
  expect(() => open(file)).toThrow(`Cannot use the task database ${file}: file is not a database. Move the file away`);
});

test("SQLite: a place that cannot hold a file is refused by name, with the next step", () => {
  writeFileSync(join(folder, "taken"), "");
  const file = join(folder, "taken", "tasks.db");
  expect(() => open(file)).toThrow(new RegExp(`Cannot use the task database ${file}: .*--sqlite-location`));
});

test("SQLite: while another program holds the file, a write fails and leaves nothing behind", async () => {
  const file = newFile();
  await using db = open(file);
  const other = new Database(file);
  other.exec("BEGIN IMMEDIATE");
  await expect(db.write([requested("a"), requested("b")])).rejects.toThrow("database is locked");
  other.exec("ROLLBACK");
  other.close();
  expect(await db.history()).toEqual([]);
  await db.write([requested("a")]);
  expect(await db.history()).toEqual(["a"]);
});

test("SQLite: a result too large for a row becomes an error that says so", async () => {
  await using db = open();
  const half = Buffer.alloc(210_000_000);
  await db.write([requested("a"), answered("a", { buffers: [half, half] })]);
  const [record] = await db.find(parseQuery({ msg_id: "a" }), ["result_content", "result_buffers"]);
  expect(record?.fields["result_content"]).toMatchObject({ status: "error", ename: "ResultNotRecorded" });
  expect(record?.result_buffers).toEqual([]);
});

/** Opens, works, closes. */
async function once(opened: SqliteDb, work: (db: SqliteDb) => Promise<unknown>): Promise<void> {
  await using db = opened;
  await work(db);
}
