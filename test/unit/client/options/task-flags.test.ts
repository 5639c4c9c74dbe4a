import { expect, test } from "vitest";
import { wireFlags } from "../../../../client/options/task-flags.ts";

test("flags go over earlier ones, and undefined takes one back", () => {
  const earlier = wireFlags({ retries: 2, timeoutMs: 1500, label: "a", after: "x" });
  expect(earlier).toEqual({
    retries: 2,
    timeout: 1.5,
    label: "a",
    after: { dependencies: ["x"], all: true, success: true, failure: false },
  });
  expect(wireFlags({ label: "b", after: undefined }, earlier)).toEqual({
    retries: 2,
    timeout: 1.5,
    label: "b",
    after: undefined,
  });
  expect(wireFlags({ follow: [] }).follow).toEqual({ dependencies: [], all: true, success: true, failure: false });
});

test("flags that make no sense are refused by name", () => {
  expect(() => wireFlags({ retries: -1 })).toThrow(/^retries is -1/);
  expect(() => wireFlags({ retries: 0.5 })).toThrow(/^retries/);
  expect(() => wireFlags({ timeoutMs: Number.NaN })).toThrow(/^timeoutMs is NaN/);
  expect(() => wireFlags({ timeoutMs: -1 })).toThrow(RangeError);
});
