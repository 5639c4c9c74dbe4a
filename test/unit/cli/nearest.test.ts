import { expect, test } from "vitest";
import { nearest } from "../../../cli/nearest.ts";

test("a misspelt word finds what was meant", () => {
  expect(nearest("strat", ["stop", "start", "engines"])).toBe("start");
  expect(nearest("eng", ["stop", "start", "engines"])).toBe("engines");
});

test("a word that resembles nothing finds nothing", () => {
  expect(nearest("zzz", ["stop", "start", "engines"])).toBeUndefined();
  expect(nearest("x", [])).toBeUndefined();
});
