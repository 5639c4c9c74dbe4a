import fc from "fast-check";
import { expect, test } from "vitest";
import { Lane } from "../../../../../controller/scheduler/placement/lane.ts";
import { TaskRecord } from "../../../../../controller/scheduler/tasks/task-record.ts";
import { msgId } from "../../../../../protocol/ids.ts";

const record = (sequence: number) =>
  new TaskRecord({ id: msgId(`s_1_${sequence}`), timeoutMs: 0, retries: 0 }, sequence);

test("whatever comes, leaves and comes again, tasks are in the order of their submission", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (numbers) => {
      const lane = new Lane(undefined);
      const records = Array.from({ length: 21 }, (_, sequence) => record(sequence));
      const present = new Set<number>();
      for (const number of numbers) {
        const each = records[number] ?? record(number);
        if (present.delete(number)) lane.remove(each);
        else lane.add(each);
        if ([...lane].includes(each)) present.add(number);
        const expected = [...present].sort((a, b) => a - b);
        expect([...lane].map(({ sequence }) => sequence)).toEqual(expected);
        expect(lane.first()?.sequence).toBe(expected[0]);
        expect(lane.isEmpty).toBe(expected.length === 0);
      }
    }),
  );
});

test("removing a task that is not there changes nothing", () => {
  const lane = new Lane(undefined);
  lane.add(record(1));
  lane.remove(record(0));
  lane.remove(record(1));
  expect([...lane]).toHaveLength(1);
});

test("a hundred thousand tasks can leave from the middle", () => {
  const lane = new Lane(undefined);
  const records = Array.from({ length: 100_000 }, (_, sequence) => record(sequence));
  for (const each of records) lane.add(each);
  for (const each of [...records].reverse()) lane.remove(each);
  expect(lane.isEmpty).toBe(true);
});
