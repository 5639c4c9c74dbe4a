import { expect, test } from "vitest";
import { DictDb } from "../../controller/task-db/dict-db.ts";
import { parseQuery } from "../../controller/task-db/query.ts";
import { jsonPacker } from "../../protocol/packer.ts";
import { answered, requested, taskDbContract } from "./task-db.ts";

const open = (limits: { recordLimit?: number; sizeLimitBytes?: number } = {}) =>
  new DictDb({ packer: jsonPacker, recordLimit: 1024, sizeLimitBytes: 1 << 30, cullFraction: 0.1, ...limits });

taskDbContract("DictDB", async () => open());

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `id-${from + index}`);

test("DictDB: above its record limit a tenth goes, the oldest first", async () => {
  await using db = open({ recordLimit: 20 });
  await db.write(ids(1, 20).flatMap((id) => [requested(id), answered(id)]));
  expect(await db.history()).toEqual(ids(1, 20));
  await db.write([requested("id-21"), answered("id-21")]);
  expect(await db.history()).toEqual(ids(4, 21));
});

test("DictDB: above its size limit the oldest go until a tenth is free", async () => {
  await using db = open({ sizeLimitBytes: 100_000 });
  const result = { buffers: [Buffer.alloc(9000)] };
  await db.write(ids(1, 10).flatMap((id) => [requested(id), answered(id, result)]));
  expect(await db.history()).toEqual(ids(1, 10));
  await db.write([requested("id-11"), answered("id-11", result)]);
  expect(await db.history()).toEqual(ids(3, 11));
});

test("DictDB: pending records stay, however many and large", async () => {
  await using db = open({ recordLimit: 10, sizeLimitBytes: 10_000 });
  await db.write(ids(1, 50).map((id) => requested(id, { buffers: [Buffer.alloc(1000)] })));
  await db.write(ids(51, 70).flatMap((id) => [requested(id), answered(id)]));
  expect(await db.history()).toEqual([...ids(1, 50), ...ids(62, 70)]);
});

test("DictDB: buffers beyond the limit are not held while their request pends, and its record goes when it settles", async () => {
  await using db = open({ sizeLimitBytes: 10_000 });
  await db.write([requested("id-1", { buffers: [Buffer.alloc(20_000)] }), requested("id-2"), answered("id-2")]);
  const [pending] = await db.find(parseQuery({ msg_id: "id-1" }), ["header", "buffers"]);
  expect([pending?.fields["msg_id"], pending?.buffers]).toEqual(["id-1", []]);
  await db.write([answered("id-1")]);
  expect(await db.history()).toEqual([]);
});

test("DictDB: of records that are asked for by name those that were culled are missing, and late output brings none back", async () => {
  await using db = open({ recordLimit: 10 });
  await db.write(ids(1, 11).flatMap((id) => [requested(id), answered(id)]));
  await db.write([answered("id-1")]);
  const found = await db.find(parseQuery({ msg_id: { $in: ["id-11", "id-1"] } }), ["queue"]);
  expect(found.map(({ fields }) => fields)).toEqual([{ msg_id: "id-11", queue: "task" }]);
  expect(await db.history()).toEqual(ids(3, 11));
});
