import { expect, test } from "vitest";
import type { Logger } from "../../../../../cli/logger.ts";
import { WriteHealth } from "../../../../../controller/task-db/recording/write-health.ts";

function watched() {
  const lines: string[] = [];
  const note = (text: string) => void lines.push(text);
  const log: Logger = { debug: note, info: note, warn: note, error: note, isDebugging: false };
  const clock = { nowMs: 0 };
  return { lines, clock, health: new WriteHealth("sqlitedb", log, () => clock.nowMs) };
}

test("a failing database is reported once, tried again ever more slowly, and reported when it works again", () => {
  const { lines, health } = watched();
  const pauses = Array.from({ length: 7 }, () => {
    health.failed(new Error("disk full"), 100);
    return health.retryMs;
  });
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(health.isFailing).toBe(true);
  health.succeeded(0);
  expect(health.isFailing).toBe(false);
  expect(lines).toEqual([
    "sqlitedb does not store task records: disk full. Tasks go on, records wait",
    "sqlitedb stores task records again",
  ]);
});

test("a disk that takes some changes and then no more is not reported as working", () => {
  const { lines, health } = watched();
  health.failed(new Error("disk full"), 100);
  health.succeeded(0, 50);
  health.failed(new Error("disk full"), 50);
  expect(lines).toHaveLength(1);
  health.succeeded(0, 0);
  expect(lines.at(-1)).toBe("sqlitedb stores task records again");
});

test("batches shrink until the change that cannot be stored is alone, and given up", () => {
  const { health } = watched();
  const lengths = [64];
  let isGivenUp = false;
  while (!isGivenUp) {
    isGivenUp = health.failed(new Error("too large"), lengths.at(-1) ?? 0);
    lengths.push(health.batchLength(64));
  }
  expect(lengths).toEqual([64, 32, 16, 8, 4, 2, 1, 1, 1, 1]);
  health.succeeded(0);
  expect(health.batchLength(64)).toBe(64);
});

test("lost changes are counted, and told not more than twice a minute", () => {
  const { lines, clock, health } = watched();
  health.succeeded(10);
  health.succeeded(25);
  clock.nowMs = 30_000;
  health.succeeded(27);
  expect(lines).toEqual([
    "sqlitedb failed or was too slow: 10 changes of task records are lost",
    "sqlitedb failed or was too slow: 17 changes of task records are lost",
  ]);
});
