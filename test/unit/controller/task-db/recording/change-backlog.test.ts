import { expect, test } from "vitest";
import { ChangeBacklog, type Observed } from "../../../../../controller/task-db/recording/change-backlog.ts";
import { engineUuid, msgId } from "../../../../../protocol/ids.ts";

const assigned = (id: number): Observed => ({ kind: "assigned", id: msgId(`id-${id}`), engine: engineUuid("e") });
const printed = (id: number): Observed => ({ kind: "printed", id: msgId(`id-${id}`), stream: "stdout", text: "x" });
const everything = { changes: 1000, bytes: 1e9 };

test("changes come out in the order in which they came in", () => {
  const backlog = new ChangeBacklog(everything);
  for (const id of [1, 2, 3]) backlog.push(assigned(id));
  expect(backlog.take({ changes: 2, bytes: 1e9 })).toEqual([assigned(1), assigned(2)]);
  expect(backlog.take(everything)).toEqual([assigned(3)]);
});

test("a batch ends where it has enough bytes, but is never empty", () => {
  const backlog = new ChangeBacklog(everything);
  const large: Observed = { kind: "unread", frames: [Buffer.alloc(1000)] };
  for (let index = 0; index < 3; index++) backlog.push(large);
  expect(backlog.take({ changes: 10, bytes: 2500 })).toHaveLength(2);
  expect(backlog.take({ changes: 10, bytes: 10 })).toHaveLength(1);
});

test("what is given back comes first again", () => {
  const backlog = new ChangeBacklog(everything);
  for (const id of [1, 2, 3]) backlog.push(assigned(id));
  backlog.putBack(backlog.take({ changes: 2, bytes: 1e9 }));
  expect(backlog.take(everything)).toEqual([assigned(1), assigned(2), assigned(3)]);
});

test("when too many wait, the oldest output goes first", () => {
  const backlog = new ChangeBacklog({ changes: 10, bytes: 1e9 });
  for (const id of [1, 2, 3]) backlog.push(printed(id));
  for (let id = 4; id <= 11; id++) backlog.push(assigned(id));
  expect([backlog.length, backlog.dropped]).toEqual([9, 2]);
  expect(backlog.take(everything)[0]).toEqual(printed(3));
});

test("without output the oldest changes go", () => {
  const backlog = new ChangeBacklog({ changes: 10, bytes: 1e9 });
  for (let id = 1; id <= 11; id++) backlog.push(assigned(id));
  expect(backlog.dropped).toBe(2);
  expect(backlog.take(everything)[0]).toEqual(assigned(3));
});

test("large frames are bounded by their bytes", () => {
  const backlog = new ChangeBacklog({ changes: 1000, bytes: 1_000_000 });
  for (let index = 0; index < 100; index++) backlog.push({ kind: "unread", frames: [Buffer.alloc(100_000)] });
  expect(backlog.length).toBeLessThanOrEqual(10);
});
