import { expect, test } from "vitest";
import { parseCommandLine } from "../../../../cli/command-line.ts";
import { isPartOf } from "../../../../cluster/logs/log-view.ts";
import { logsProgram, momentOf } from "../../../../cluster/logs/logs-options.ts";

const nowMs = Date.UTC(2026, 10, 21, 12);

test("a moment is so long ago, or a date", () => {
  expect(["90s", "10m", "1.5h", "2d"].map((text) => momentOf(text, nowMs))).toEqual(
    [90, 600, 5400, 172_800].map((seconds) => nowMs - seconds * 1000),
  );
  expect(momentOf("2026-11-21T09:00:00Z", nowMs)).toBe(Date.UTC(2026, 10, 21, 9));
  expect(["", "10", "m", "yesterday", "5y"].map((text) => momentOf(text, nowMs))).toEqual(Array(5).fill(undefined));
});

test("short options are tail's", () => {
  const parsed = parseCommandLine(logsProgram, ["-f", "-n", "20", "-o", "json", "--part", "engine-3,controller"]);
  expect(parsed.kind === "run" && parsed.options).toMatchObject({
    ...{ follow: true, lines: 20, output: "json", part: ["engine-3", "controller"], level: "debug" },
  });
});

test("a time that is none is refused with examples", () => {
  expect(() => parseCommandLine(logsProgram, ["--since", "later"])).toThrow(/--since: no time: 90s, 10m/);
});

test("parts are asked for by name, engines also all at once", () => {
  expect(["controller", "engine-3", "engine[1-0]"].map((part) => isPartOf(part, ["engines"]))).toEqual([
    false,
    true,
    true,
  ]);
  expect([[], ["engine-3"], ["engine-30"]].map((asked) => isPartOf("engine-3", asked))).toEqual([true, true, false]);
});
