import { expect, test } from "vitest";
import { logLevel } from "../../../cli/log-level.ts";

test("log levels are Python's, by number or by name in any case", () => {
  expect([10, "debug", "DEBUG", "warning", "WARN"].map((level) => logLevel.parse(level))).toEqual([
    10,
    "debug",
    "debug",
    "warn",
    "warn",
  ]);
});

test("a level that is none is refused", () => {
  expect(logLevel.safeParse("loud").success).toBe(false);
  expect(logLevel.safeParse(60).success).toBe(false);
});
