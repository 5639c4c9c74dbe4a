import { expect, test } from "vitest";
import { progressHtml, progressText } from "../../../../client/output/progress-text.ts";

test("a line of progress has a bar, what is done, and how long the rest may take", () => {
  expect(progressText({ name: "map", done: 45, total: 100 }, 2100)).toBe(
    "map:  45% █████████            45/100, 2.1 s, 2.6 s left",
  );
});

test("before the first part is done nothing is known of the rest; after the last there is none", () => {
  expect(progressText({ name: "apply", done: 0, total: 4 }, 0)).toBe(`apply:   0% ${" ".repeat(20)} 0/4, 0.0 s`);
  expect(progressText({ name: "apply", done: 4, total: 4 }, 59_949)).toBe(`apply: 100% ${"█".repeat(20)} 4/4, 59.9 s`);
});

test("what has no parts is done; long times are given in minutes", () => {
  expect(progressText({ name: "map", done: 0, total: 0 }, 61_000)).toBe(`map: 100% ${"█".repeat(20)} 0/0, 1:01 min`);
});

test("the bar grows by eighths of a character", () => {
  expect(progressText({ name: "map", done: 1, total: 160 }, 0)).toContain("▏");
});

test("in a notebook the bar is HTML, and a name cannot be any", () => {
  expect(progressHtml({ name: "<b>", done: 1, total: 2 }, 1000)).toBe(
    '&lt;b>:  50% <progress value="0.5"></progress> 1/2, 1.0 s, 1.0 s left',
  );
});
