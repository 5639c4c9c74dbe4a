import { expect, test } from "vitest";
import { assigns } from "../../../../kernel/cells/cell-runner.ts";

test("an assignment at the beginning of a statement makes a variable", () => {
  expect(assigns("a = 5", "a")).toBe(true);
  expect(assigns("f();\n  $b = 5", "$b")).toBe(true);
  expect(assigns("{ a = 5 }", "a")).toBe(true);
});

test("a comparison, an arrow or a use makes none", () => {
  for (const source of ["a == 5", "a === 5", "a => 5", "b = a", "x.a = 5", "a + 1"])
    expect(assigns(source, "a")).toBe(false);
});
