import fc from "fast-check";
import { expect, test } from "vitest";
import { parseQuery } from "../../controller/task-db/query.ts";
import { recordKeys } from "../../controller/task-db/records/record-keys.ts";
import type { RecordChange, RecordedMessage, TaskDb, TaskRecord } from "../../controller/task-db/task-db.ts";
import { engineUuid, type MsgId, msgId } from "../../protocol/ids.ts";
import { type JsonObject, type JsonValue, parseJson } from "../../protocol/json.ts";

const json = (value: JsonValue): Buffer => Buffer.from(JSON.stringify(value));

/** A moment of one day, to the microsecond. */
export const moment = (seconds: number): string => `2026-11-21T10:00:${seconds.toFixed(6).padStart(9, "0")}Z`;

interface Request {
  readonly label?: JsonValue;
  readonly date?: string;
  readonly buffers?: readonly Buffer[];
  readonly queue?: "mux" | "task";
}

export function requested(
  id: string,
  { label, date = moment(1), buffers = [], queue = "task" }: Request = {},
): RecordChange {
  const header = { msg_id: id, msg_type: "apply_request", session: "client-1", username: "ada", date, version: "5.4" };
  const metadata = label === undefined ? {} : { label };
  return {
    kind: "requested",
    id: msgId(id),
    queue,
    engine: queue === "mux" ? engineUuid("engine-1") : undefined,
    message: { header: json(header), metadata: json(metadata), content: json({ code: `run ${id}` }), buffers },
  };
}

export function answered(
  id: string,
  { date = moment(3), buffers = [] }: Pick<Request, "date" | "buffers"> = {},
): RecordChange {
  const message: RecordedMessage = {
    header: json({ msg_id: `reply-to-${id}`, msg_type: "apply_reply", session: "engine-1", date, version: "5.4" }),
    metadata: json({ started: moment(2), engine: "engine-1", status: "ok" }),
    content: json({ status: "ok" }),
    buffers,
  };
  return { kind: "answered", id: msgId(id), engine: engineUuid("engine-1"), received: moment(4), message };
}

const printed = (id: string, text: string, stream: "stdout" | "stderr" = "stdout"): RecordChange => ({
  kind: "printed",
  id: msgId(id),
  stream,
  text,
});

/** Records whose labels and times are easily mistaken for one another. */
export const oddRecords: readonly RecordChange[] = [
  requested("a", { label: "a" }),
  requested("b", { label: "" }),
  requested("c", { label: 7 }),
  requested("d", { label: "7", queue: "mux" }),
  requested("e", { label: "7.0", date: moment(1.000001) }),
  requested("f", { label: -2.5 }),
  requested("g", { label: "aB[*]^-!" }),
  requested("h", { label: "\u{1f600}" }),
  requested("i", { label: "\ufffd\n" }),
  requested("j", { label: "2026-11-21" }),
  requested("k"),
  answered("a"),
  answered("c", { date: moment(3.5) }),
  printed("d", "a\u0000b"),
  printed("only-output", "aB[*]^-!"),
];

const anyText = fc.oneof(
  fc.constantFrom(
    "a",
    "",
    "7",
    "7.0",
    "aB[*]^-!",
    "\u{1f600}",
    "\ufffd\n",
    "2026-11-21",
    "client-1",
    "mux",
    "task",
    "k",
  ),
  fc.constantFrom(moment(1), moment(1.000001), moment(3), "2026-11-21T11:00:03.5+0100"),
  fc.string({
    unit: fc.constantFrom("a", "B", "7", ".", "*", "?", "[", "]", "!", "^", "-", "\n", "\u{1f600}"),
    maxLength: 5,
  }),
);
const anyValue = fc.oneof(anyText, fc.constant(null), fc.constantFrom(7, 0, -2.5, 8), fc.boolean());
const anyOperator: fc.Arbitrary<JsonObject> = fc
  .oneof(
    fc.record({ name: fc.constantFrom("$lt", "$lte", "$gt", "$gte", "$eq", "$ne"), operand: anyValue }),
    fc.record({ name: fc.constantFrom("$in", "$nin", "$all"), operand: fc.array(anyValue, { maxLength: 3 }) }),
    fc.record({ name: fc.constant("$exists"), operand: fc.boolean() }),
    fc.record({ name: fc.constant("$glob"), operand: anyText }),
    fc.record({
      name: fc.constant("$mod"),
      operand: fc.tuple(fc.constantFrom(1, 2, -3, 7), fc.integer({ min: -2, max: 2 })),
    }),
  )
  .map(({ name, operand }): JsonObject => ({ [name]: operand }));

/** Queries over all operators, some of which find something in {@link oddRecords}. */
export const anyQuery: fc.Arbitrary<JsonObject> = fc.letrec<{ query: JsonObject; operand: JsonValue }>((tie) => ({
  operand: fc.oneof(
    { depthSize: "small" },
    anyValue,
    anyOperator,
    fc.tuple(anyOperator, anyOperator).map(([first, second]) => ({ ...first, ...second })),
    fc.array(tie("operand"), { maxLength: 3 }).map((operands) => ({ $or: operands })),
  ),
  query: fc.oneof(
    { depthSize: "small" },
    fc.dictionary(fc.constantFrom(...recordKeys), tie("operand"), { maxKeys: 3, noNullPrototype: true }),
    fc.dictionary(fc.constantFrom("label", "submitted", "stdout", "queue"), tie("operand"), {
      maxKeys: 2,
      noNullPrototype: true,
    }),
    fc
      .record({ name: fc.constantFrom("$and", "$or"), of: fc.array(tie("query"), { maxLength: 3 }) })
      .map(({ name, of }) => ({ [name]: of })),
  ),
})).query;

const idsOf = (records: readonly TaskRecord[]): JsonValue[] => records.map(({ fields }) => fields["msg_id"] ?? null);

/** What every task database that keeps something must do. Each implementation's test file calls this once. */
export function taskDbContract(name: string, open: () => Promise<TaskDb>): void {
  /** Ids that a query finds, in the order in which they come. */
  const found = async (db: TaskDb, query: JsonObject) => idsOf(await db.find(parseQuery(query), ["msg_id"]));

  test(`${name}: a task's record fills from request to answer`, async () => {
    await using db = await open();
    await db.write([requested("a", { label: "first" })]);
    await db.write([{ kind: "assigned", id: msgId("a"), engine: engineUuid("engine-1") }]);
    await db.write([printed("a", "out 1\n"), printed("a", "out 2\n"), printed("a", "oops", "stderr")]);
    await db.write([{ kind: "published", id: msgId("a"), key: "error", value: { ename: "TypeError" } }, answered("a")]);

    const [record] = await db.find(parseQuery({ msg_id: "a" }));
    expect(record).toEqual({
      fields: {
        msg_id: "a",
        header: {
          msg_id: "a",
          msg_type: "apply_request",
          session: "client-1",
          username: "ada",
          date: moment(1),
          version: "5.4",
        },
        metadata: { label: "first" },
        content: { code: "run a" },
        submitted: moment(1),
        client_uuid: "client-1",
        engine_uuid: "engine-1",
        started: moment(2),
        completed: moment(3),
        resubmitted: null,
        received: moment(4),
        result_header: {
          msg_id: "reply-to-a",
          msg_type: "apply_reply",
          session: "engine-1",
          date: moment(3),
          version: "5.4",
        },
        result_metadata: { started: moment(2), engine: "engine-1", status: "ok" },
        result_content: { status: "ok" },
        queue: "task",
        execute_input: null,
        execute_result: null,
        error: { ename: "TypeError" },
        stdout: "out 1\nout 2\n",
        stderr: "oops",
        label: "first",
        display_data: null,
      },
      buffers: [],
      result_buffers: [],
    });
  });

  test(`${name}: all of it in one batch gives the same record`, async () => {
    const changes = [
      requested("a", { buffers: [Buffer.from("in")] }),
      { kind: "assigned", id: msgId("a"), engine: engineUuid("engine-1") } as const,
      printed("a", "x"),
      answered("a", { buffers: [Buffer.from("out")] }),
      { kind: "resubmitted", id: msgId("a"), as: msgId("b") } as const,
      requested("b"),
    ];
    await using atOnce = await open();
    await atOnce.write(changes);
    const keys = ["buffers", "result_buffers", "header", "resubmitted", "stdout", "completed", "engine_uuid"];
    const records = await atOnce.find(parseQuery({}), keys);
    await atOnce.remove(parseQuery({}));
    for (const change of changes) await atOnce.write([change]);
    expect(await atOnce.find(parseQuery({}), keys)).toEqual(records);
    expect(records).toHaveLength(2);
  });

  test(`${name}: buffers come back only when asked for, each kind apart`, async () => {
    const [first, empty, large] = [Buffer.from("first"), Buffer.alloc(0), Buffer.alloc(100_000, 7)];
    await using db = await open();
    await db.write([
      requested("a", { buffers: [first, empty, large] }),
      answered("a", { buffers: [large] }),
      requested("b"),
    ]);

    const [record, other] = await db.find(parseQuery({}), ["buffers"]);
    expect(record?.fields).toEqual({ msg_id: "a" });
    expect(record?.buffers.map(String)).toEqual([first, empty, large].map(String));
    expect([record?.result_buffers, other?.buffers, other?.result_buffers]).toEqual([[], [], []]);
    const [result] = await db.find(parseQuery({ msg_id: "a" }), ["result_buffers", "queue"]);
    expect(result?.fields).toEqual({ msg_id: "a", queue: "task" });
    expect(result?.buffers).toEqual([]);
    expect(result?.result_buffers.map(String)).toEqual([String(large)]);
  });

  test(`${name}: output may come before its request, or without one`, async () => {
    await using db = await open();
    await db.write([printed("a", "early"), printed("c_engine-1", "of a broadcast")]);
    await db.write([requested("a", { date: moment(5) }), requested("b")]);

    const records = await db.find(parseQuery({}), ["stdout", "submitted", "header"]);
    expect(records.map(({ fields }) => [fields["msg_id"], fields["stdout"], fields["submitted"]])).toEqual([
      ["b", "", moment(1)],
      ["a", "early", moment(5)],
      ["c_engine-1", "of a broadcast", null],
    ]);
    expect(await db.history()).toEqual(["b", "a"]);
  });

  test(`${name}: history is in the order of submission, whatever the order of arrival`, async () => {
    await using db = await open();
    const times = [7, 3, 3.000002, 3.000001, 9];
    await db.write(times.map((seconds, index) => requested(`id-${index}`, { date: moment(seconds) })));
    await db.write([answered("id-0")]);
    expect(await db.history()).toEqual(["id-1", "id-3", "id-2", "id-0", "id-4"]);
  });

  test(`${name}: one record's time divides the history exactly`, async () => {
    await using db = await open();
    await db.write(
      Array.from({ length: 20 }, (_, index) => requested(`id-${index}`, { date: moment(1 + index / 1e6) })),
    );
    const before = await found(db, { submitted: { $lt: moment(1.000007) } });
    const after = await found(db, { submitted: { $gte: "2026-11-21T11:00:01.000007+01:00" } });
    expect([before.length, after.length]).toEqual([7, 13]);
    expect([...before, ...after]).toEqual(await db.history());
  });

  test(`${name}: every operator finds what it means`, async () => {
    await using db = await open();
    await db.write([
      requested("a", { label: "one" }),
      requested("b", { label: "[two]" }),
      requested("c", { label: 7 }),
      requested("d"),
      requested("e", { label: "ünï\u{1f600}\n*" }),
      answered("b"),
    ]);
    const cases: [JsonObject, string][] = [
      [{}, "abcde"],
      [{ label: "one" }, "a"],
      [{ label: null }, "d"],
      [{ label: "one", queue: "mux" }, ""],
      [{ label: { $eq: 7 } }, "c"],
      [{ label: { $ne: "one" } }, "bcde"],
      [{ label: { $lt: "o" } }, "b"],
      [{ label: { $lte: "one" } }, "ab"],
      [{ label: { $gt: "o" } }, "ae"],
      [{ label: { $gte: 7 } }, "c"],
      [{ label: { $gt: "", $lt: "p" } }, "ab"],
      [{ label: { $in: ["one", 7, null, "7"] } }, "acd"],
      [{ label: { $in: [] } }, ""],
      [{ label: { $nin: ["one", 7] } }, "bde"],
      [{ label: { $nin: [null] } }, "abce"],
      [{ label: { $nin: [] } }, "abcde"],
      [{ label: { $all: ["one"] } }, "a"],
      [{ label: { $all: ["one", "two"] } }, ""],
      [{ label: { $all: [] } }, ""],
      [{ label: { $mod: [4, 3] } }, "c"],
      [{ label: { $mod: [4, 2] } }, ""],
      [{ label: { $exists: true } }, "abce"],
      [{ completed: { $exists: false } }, "acde"],
      [{ result_buffers: { $exists: true } }, "b"],
      [{ label: { $glob: "o*" } }, "a"],
      [{ label: { $glob: "[[]t?o]" } }, "b"],
      [{ label: { $glob: "[!a-n]*" } }, "abe"],
      [{ label: { $glob: "*?\n[*]" } }, "e"],
      [{ label: { $glob: "*\u{1f600}*" } }, "e"],
      [{ label: { $glob: "O*" } }, ""],
      [{ label: { $glob: "[one" } }, ""],
      [{ metadata: { $eq: { label: "one" } } }, "a"],
      [{ $or: [{ label: "one" }, { completed: { $ne: null } }] }, "ab"],
      [{ $or: [] }, ""],
      [{ $and: [] }, "abcde"],
      [{ $and: [{ queue: "task" }, { $or: [{ msg_id: "c" }, { label: { $or: [null, { $glob: "o*" }] } }] }] }, "acd"],
      [{ msg_id: { $in: ["a", "e", "nobody"] } }, "ae"],
    ];
    for (const [query, ids] of cases) expect([query, (await found(db, query)).join("")]).toEqual([query, ids]);
  });

  test(`${name}: a key that records lack is refused`, async () => {
    await using db = await open();
    await expect(db.find(parseQuery({}), ["msg_id", "color"])).rejects.toMatchObject({ ename: "KeyError" });
  });

  test(`${name}: what is removed is gone, the rest stays`, async () => {
    await using db = await open();
    await db.write([requested("a"), answered("a"), requested("b"), requested("c"), answered("c")]);
    await db.remove(parseQuery({ completed: { $ne: null }, msg_id: { $in: ["a", "b"] } }));
    expect(await db.history()).toEqual(["b", "c"]);
    await db.remove(parseQuery({}));
    expect(await db.history()).toEqual([]);
  });

  test(`${name}: what a reader changes changes no record`, async () => {
    await using db = await open();
    await db.write([requested("a"), { kind: "published", id: msgId("a"), key: "error", value: { ename: "E" } }]);
    for (let round = 0; round < 2; round++) {
      const [record] = await db.find(parseQuery({ msg_id: "a" }));
      expect([record?.fields["header"], record?.fields["error"]]).toMatchObject([{ msg_id: "a" }, { ename: "E" }]);
      Object.assign(record?.fields["header"] ?? {}, { msg_id: "changed" });
      Object.assign(record?.fields["error"] ?? {}, { ename: "changed" });
    }
  });

  test(`${name}: dicts keep keys that look like operators, paths or prototypes`, async () => {
    const odd = parseJson(
      '{"$set": 1, "a.b": {"$gt": ""}, "__proto__": {"x": 1}, "": [null, -0.5, 1e300, "\\u0000é"]}',
    ) as JsonObject;
    const base = requested("a");
    await using db = await open();
    if (base.kind === "requested") await db.write([{ ...base, message: { ...base.message, content: json(odd) } }]);
    const [record] = await db.find(parseQuery({ content: { $eq: odd } }), ["content"]);
    expect(record?.fields).toEqual({ msg_id: "a", content: odd });
    expect(JSON.stringify(record?.fields["content"])).toBe(JSON.stringify(odd));
  });

  test(`${name}: frames that cannot be read make an empty dict, not an unreadable database`, async () => {
    const broken = answered("a");
    await using db = await open();
    await db.write([requested("a")]);
    if (broken.kind === "answered")
      await db.write([
        { ...broken, message: { ...broken.message, content: Buffer.from("{nonsense"), header: Buffer.from("[1]") } },
      ]);
    const [record] = await db.find(parseQuery({ completed: { $ne: null } }));
    expect(record?.fields).toMatchObject({ msg_id: "a", result_content: {}, result_header: {}, completed: moment(4) });
  });

  test(`${name}: a request that prints without end keeps the beginning`, async () => {
    await using db = await open();
    const text = "x".repeat(300_000);
    for (let round = 0; round < 6; round++) await db.write([printed("a", text)]);
    const [record] = await db.find(parseQuery({ msg_id: "a" }), ["stdout"]);
    const stdout = String(record?.fields["stdout"]);
    expect(stdout.length).toBeLessThan(1.1 * 1024 ** 2);
    expect(stdout.slice(-40)).toContain("further output was not recorded");
  });

  test(`${name}: a thousand records are written and found`, async () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `id-${index}`);
    await using db = await open();
    await db.write(ids.map((id, index) => requested(id, { date: moment(1 + index / 1000) })));
    await db.write(ids.map((id) => answered(id)));
    expect(await db.history()).toEqual(ids);
    expect(await found(db, { msg_id: { $in: ids.slice(500) as MsgId[] } })).toEqual(ids.slice(500));
  });
}
