import fc from "fast-check";
import { expect, test } from "vitest";
import { matches } from "../../../../controller/task-db/matches.ts";
import { keysOf, parseQuery, pinnedIds } from "../../../../controller/task-db/query.ts";
import { isRecordKey, type RecordKey } from "../../../../controller/task-db/records/record-keys.ts";
import { MalformedQuery, UnknownKey, UnknownOperator } from "../../../../controller/task-db/task-db-refusal.ts";
import type { JsonObject, JsonValue } from "../../../../protocol/json.ts";

const finds = (query: JsonObject, record: Partial<Record<RecordKey, JsonValue>>): boolean =>
  matches((key) => record[key] ?? null, parseQuery(query));

test("all of several keys must hold", () => {
  const record = { label: "x", queue: "task" };
  expect(finds({ label: "x", queue: "task" }, record)).toBe(true);
  expect(finds({ label: "y", queue: "task" }, record)).toBe(false);
  expect(finds({ queue: "task", label: "y" }, record)).toBe(false);
});

test("all of several operators must hold", () => {
  expect(finds({ label: { $gt: "a", $lt: "c" } }, { label: "b" })).toBe(true);
  expect(finds({ label: { $gt: "a", $lt: "b" } }, { label: "b" })).toBe(false);
});

test("times compare by the microsecond, whatever their offset and precision", () => {
  const record = { submitted: "2026-11-21T09:30:00.500001Z" };
  expect(finds({ submitted: "2026-11-21T10:30:00.500001+01:00" }, record)).toBe(true);
  expect(finds({ submitted: { $gt: "2026-11-21T09:30:00.5Z" } }, record)).toBe(true);
  expect(finds({ submitted: { $lt: "2026-11-21T04:00:00.500002-0530" } }, record)).toBe(true);
  expect(finds({ submitted: { $in: ["2026-11-21T09:30:00.500001"] } }, record)).toBe(true);
  expect(finds({ submitted: { $gte: "2026-11-21" } }, record)).toBe(true);
});

test("what looks like a time stays a text where texts are kept", () => {
  const label = "2026-11-21T10:30:00+01:00";
  expect(finds({ label }, { label })).toBe(true);
});

test("dicts are the same whatever the order of their keys", () => {
  expect(finds({ content: { $eq: { a: 1, b: [{ c: null }] } } }, { content: { b: [{ c: null }], a: 1 } })).toBe(true);
  expect(finds({ content: { $eq: { a: 1 } } }, { content: { a: 1, b: 2 } })).toBe(false);
});

test.each<[JsonObject, new (problem: string) => Error]>([
  [{ label: { $near: 3 } }, UnknownOperator],
  [{ label: { value: 3 } }, UnknownOperator],
  [{ $nor: [] }, UnknownOperator],
  [{ color: "red" }, UnknownKey],
  [{ "__proto__.x": 1 }, UnknownKey],
  [{ toString: 1 }, UnknownKey],
  [{ $or: { label: "x" } }, MalformedQuery],
  [{ $and: ["label"] }, MalformedQuery],
  [{ label: { $in: "abc" } }, MalformedQuery],
  [{ label: { $glob: 3 } }, MalformedQuery],
  [{ label: { $mod: [0, 1] } }, MalformedQuery],
  [{ label: { $mod: 3 } }, MalformedQuery],
])("%j is refused", (query, refusal) => {
  expect(() => parseQuery(query)).toThrow(refusal);
});

test("clients get an unknown operator or key as Python's KeyError", () => {
  expect(new UnknownOperator("$near").ename).toBe("KeyError");
  expect(new UnknownKey("color").ename).toBe("KeyError");
});

test("a query nested without end is refused, not followed", () => {
  let query: JsonObject = { label: "x" };
  for (let depth = 0; depth < 10_000; depth++) query = { $or: [query] };
  expect(() => parseQuery(query)).toThrow(MalformedQuery);
});

test("a query that names ids needs no other records", () => {
  expect(pinnedIds(parseQuery({ msg_id: "a" }))).toEqual(["a"]);
  expect(pinnedIds(parseQuery({ label: "x", msg_id: { $in: ["a", "b", "a", 3] } }))).toEqual(["a", "b"]);
  expect(pinnedIds(parseQuery({ $or: [{ msg_id: "a" }, { label: "x" }] }))).toBeUndefined();
  expect(pinnedIds(parseQuery({ msg_id: { $ne: "a" } }))).toBeUndefined();
});

test("a query tells the keys that it looks at", () => {
  expect([...keysOf(parseQuery({ label: "x", $or: [{ queue: "mux" }, { label: { $exists: true } }] }))]).toEqual([
    "label",
    "queue",
  ]);
});

const anyScalar = fc.oneof(fc.string({ maxLength: 3 }), fc.integer({ min: -3, max: 3 }), fc.constant(null));
const both = fc.tuple(anyScalar, anyScalar);
const label = (value: JsonValue) => ({ label: value });

test("each operator and its opposite divide the records, null aside", () => {
  fc.assert(
    fc.property(both, ([value, other]) => {
      const holds = (operator: string, operand: JsonValue = other) =>
        finds({ label: { [operator]: operand } }, label(value));
      expect(holds("$ne")).toBe(!holds("$eq"));
      expect(holds("$nin", [other])).toBe(!holds("$in", [other]));
      expect(holds("$in", [other])).toBe(holds("$eq"));
      expect(holds("$exists", true)).toBe(!holds("$exists", false));
      const areOrdered = typeof value === typeof other && value !== null && other !== null;
      expect([holds("$lt"), holds("$gt"), areOrdered && holds("$eq")].filter(Boolean)).toHaveLength(areOrdered ? 1 : 0);
      expect(holds("$lte")).toBe(areOrdered && (holds("$lt") || holds("$eq")));
      expect(holds("$gte")).toBe(areOrdered && (holds("$gt") || holds("$eq")));
    }),
  );
});

test("$and and $or mean what they say, at the top and below a key", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 4 }), (answers) => {
      const parts = answers.map((answer) => ({ label: { $exists: answer } }));
      const operands = answers.map((answer) => ({ $exists: answer }));
      for (const [word, expected] of [
        ["$and", answers.every(Boolean)],
        ["$or", answers.some(Boolean)],
      ] as const) {
        expect(finds({ [word]: parts }, label("x"))).toBe(expected);
        expect(finds({ label: { [word]: operands } }, label("x"))).toBe(expected);
      }
    }),
  );
});

test("whatever JSON a client sends is read or refused, never worse", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom("label", "$or", "$and", "x", "content"), fc.jsonValue()), (query) => {
      try {
        matches((key) => (isRecordKey(key) ? "x" : null), parseQuery(query as JsonObject));
      } catch (error) {
        expect([UnknownKey, UnknownOperator, MalformedQuery]).toContain((error as Error).constructor);
      }
    }),
  );
});
