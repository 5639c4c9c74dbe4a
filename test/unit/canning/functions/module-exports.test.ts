import { expect, test } from "vitest";
import { exportOf } from "../../../../canning/functions/module-exports.ts";

test("exports of CommonJS are found by name, and default is what TypeScript takes it for", () => {
  const compiled = Object.assign(() => 0, { __esModule: true, default: "D", named: 1 });
  expect(exportOf({ default: compiled }, "default")).toEqual({ value: "D" });
  expect(exportOf({ default: compiled }, "named")).toEqual({ value: 1 });
  expect(exportOf({ default: { plain: 1 } }, "default")).toEqual({ value: { plain: 1 } });
  expect(exportOf({ a: undefined }, "a")).toEqual({ value: undefined });
  expect(exportOf({}, "missing")).toBeUndefined();
});
