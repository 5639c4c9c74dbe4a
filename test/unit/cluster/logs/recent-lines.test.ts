import { expect, test } from "vitest";
import { type LineChoice, mergeLines, recentLines } from "../../../../cluster/logs/recent-lines.ts";

const everything: LineChoice = { wants: () => true, most: 100, sinceMs: 0 };
const second = (number: number): number => Date.UTC(2026, 10, 21, 12, 0, number);
const changedMs = second(59);

/** A line of an engine that says its second. */
const at = (number: number, level = "info"): string =>
  JSON.stringify({
    level,
    time: new Date(second(number)).toISOString(),
    name: "ipengine",
    pid: 7,
    msg: `at ${number}`,
  });

/** What is shown of a log: seconds and messages. */
function shown(lines: readonly string[], choice: Partial<LineChoice> = {}): string[] {
  const recent = recentLines([...lines].reverse(), { ...everything, ...choice }, changedMs);
  return recent.map(({ timeMs, line }) => `${new Date(timeMs).getUTCSeconds()} ${line.msg}`);
}

test("the latest lines come oldest first", () => {
  expect(shown([at(1), at(2), at(3)], { most: 2 })).toEqual(["2 at 2", "3 at 3"]);
});

test("lines without a time have that of the line before; behind the last they have the file's", () => {
  expect(shown(["a", at(1), "b", "c", at(2), "crash"])).toEqual(["1 a", "1 at 1", "1 b", "1 c", "2 at 2", "59 crash"]);
  expect(shown(["a", "b"])).toEqual(["59 a", "59 b"]);
});

test("reading ends at the first line that is too old, with those that belong to it", () => {
  function* backwards() {
    yield* ["late", at(5), "middle", at(3), "early", at(1)];
    throw new Error("Nothing before is needed.");
  }
  const lines = recentLines(backwards(), { ...everything, sinceMs: second(3) }, changedMs);
  expect(lines.map(({ line }) => line.msg)).toEqual(["at 3", "middle", "at 5", "late"]);
});

test("lines that are not wanted do not count", () => {
  const wants: LineChoice["wants"] = ({ level }) => level === "warn";
  expect(shown([at(1, "warn"), at(2), at(3, "warn"), at(4)], { wants, most: 2 })).toEqual(["1 at 1", "3 at 3"]);
});

test("logs are merged by time; a clock that was set back reorders no log", () => {
  const merged = mergeLines([
    [1, 5, 2, 6].map((timeMs) => ({ timeMs, text: `a${timeMs}` })),
    [3, 5].map((timeMs) => ({ timeMs, text: `b${timeMs}` })),
  ]);
  expect(merged.map(({ text }) => text)).toEqual(["a1", "b3", "a5", "a2", "b5", "a6"]);
});
