import { expect, test } from "vitest";
import { isRelative, isTypeScript, ownModule } from "../../../../runtime/evaluate/module-resolution.ts";

test("files of the user are told from packages", () => {
  expect(["./a", "../a", ".", "/a", "file:///a"].map(isRelative)).toEqual([true, true, true, true, true]);
  expect(["a", "@a/b", "node:fs", "data:text/javascript,1"].map(isRelative)).toEqual([false, false, false, false]);
});

test("TypeScript of packages is left to Node", () => {
  expect(isTypeScript("file:///home/a.ts")).toBe(true);
  expect(isTypeScript("file:///home/a.mts?changed=1")).toBe(true);
  expect(isTypeScript("file:///home/node_modules/p/a.ts")).toBe(false);
  expect(isTypeScript("file:///home/a.js")).toBe(false);
});

test("this package and tslab are found wherever the notebook lies", () => {
  expect(ownModule("tsparallel")).toMatch(/client\/index\.ts$/);
  expect(ownModule("tslab")).toMatch(/display\/tslab-display\.ts$/);
  expect(ownModule("constructor")).toBeUndefined();
});
