import { expect, test } from "vitest";
import { painter } from "../../../../cli/log/record-text.ts";
import { jsonPrinter, type PartLine, textPrinter } from "../../../../cluster/logs/line-printer.ts";
import { readLine } from "../../../../cluster/logs/log-line.ts";

const timeMs = Date.UTC(2026, 10, 21, 12, 0, 0, 123);
const partLine = (part: string, line: Partial<PartLine["line"]>): PartLine => ({
  ...{ part, timeMs, path: `/log/${part}.log`, line: { ...readLine("plain"), ...line } },
});
/** The hour is the reader's: the test runs in any time zone. */
const withoutTime = (text: string): string => text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:00\.123/g, "TIME");

test("each line of a part has its prefix, a stack's too", () => {
  const err = { type: "Error", message: "no", stack: "Error: no\n    at f" };
  const lines = [
    partLine("controller", {
      level: "info",
      msg: "engine 3 is gone",
      fields: { engine: 3, reason: "it said goodbye" },
    }),
    partLine("engine-3", { level: "error", engine: 3, msg: "it broke", fields: { engine: 3, err } }),
    partLine("engine-3", { msg: "Segmentation fault" }),
  ];
  expect(withoutTime(textPrinter(painter(false))(lines)).split("\n")).toEqual([
    'controller | TIME INFO     engine 3 is gone reason="it said goodbye"',
    "engine-3   | TIME ERROR    it broke",
    "engine-3   | Error: no",
    "engine-3   |     at f",
    "engine-3   | TIME          Segmentation fault",
    "",
  ]);
});

test("on a terminal parts and levels have colours", () => {
  const [line = ""] = textPrinter(painter(true))([partLine("engine-0", { level: "warn", msg: "hot" })]).split("\n");
  expect(withoutTime(line)).toBe(
    "\x1b[36mengine-0  \x1b[0m \x1b[2m|\x1b[0m \x1b[2mTIME\x1b[0m \x1b[33mWARN    \x1b[0m hot",
  );
});

test("for programs a line is an object with its part and file", () => {
  const line = partLine("engine-3", { level: "warn", name: "ipengine", pid: 7, msg: "hot", fields: { engine: 3 } });
  expect(JSON.parse(jsonPrinter([line]))).toEqual({
    part: "engine-3",
    file: "/log/engine-3.log",
    ...{
      level: "warn",
      levelno: 30,
      time: "2026-11-21T12:00:00.123Z",
      name: "ipengine",
      pid: 7,
      engine: 3,
      msg: "hot",
    },
  });
});
