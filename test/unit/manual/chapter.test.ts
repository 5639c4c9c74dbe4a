import { expect, test } from "vitest";
import { canonical } from "../../support/manual/canonical.ts";
import { readChapter } from "../../support/manual/chapter.ts";
import { typescriptModule } from "../../support/manual/typescript-module.ts";

const fenced = (language: string, ...lines: string[]) =>
  ["```", language, "\n", ...lines.map((line) => `${line}\n`), "```\n"].join("");
const page = [
  fenced("py", "rc = 1"),
  fenced("ts", "const rc = 1;"),
  "## Alike\n",
  fenced("py", "print(1)"),
  fenced("ts", 'import os from "node:os";', "console.log(1);"),
  fenced("text", "1"),
  "## Otherwise\n",
  fenced("py", "print(None)"),
  fenced("ts", "console.log({});"),
  "There is no None.\n",
  fenced("text py", "None"),
  fenced("text ts", "{}"),
].join("");

test("a page has an opening, and examples that print the same or differ for a reason", () => {
  const { opening, snippets } = readChapter("a", page);
  expect(opening).toEqual({ py: "rc = 1\n", ts: "const rc = 1;\n" });
  expect(snippets).toEqual([
    {
      title: "Alike",
      code: { py: "print(1)\n", ts: 'import os from "node:os";\nconsole.log(1);\n' },
      prints: { py: "1\n", ts: "1\n" },
      why: undefined,
    },
    {
      title: "Otherwise",
      code: { py: "print(None)\n", ts: "console.log({});\n" },
      prints: { py: "None\n", ts: "{}\n" },
      why: "There is no None.",
    },
  ]);
});

test("an example that lacks a language, what it prints, or why it differs is refused by its title", () => {
  const example = (...blocks: string[]) => readChapter("a", `## Short\n${blocks.join("")}`);
  const [py, ts] = [fenced("py", "1"), fenced("ts", "1")];
  expect(() => example(py, fenced("text", "1"))).toThrow("“Short” needs a py and a ts block.");
  expect(() => example(py, ts)).toThrow("“Short” does not say what it prints.");
  expect(() => example(py, ts, fenced("text py", "1"), fenced("text ts", "2"))).toThrow("does not say why");
});

test("a chapter becomes a program that imports first, and runs each example in a scope of its own", () => {
  const program = typescriptModule(readChapter("a", page));
  expect(program.indexOf('import os from "node:os";')).toBe(0);
  expect(program).toContain("await example(async () => {\nconsole.log(1);\n});");
});

test.each([
  ["[None, True, 1.0]", "[ undefined, true, 1 ]"],
  ["{'a': 1, 0: 'x'}", "{ a: 1, '0': 'x' }"],
  ["{0: 7}", "Map(1) { 0 => 7 }"],
  ["array([0., 1.])", "Float64Array(2) [ 0, 1 ]"],
  ["[0,\n 1]", "[\n  0, 1\n]"],
])("%s in Python is %s in TypeScript", (python, typescript) => {
  expect(canonical(python)).toBe(canonical(typescript));
});

test("different values stay different", () => {
  const written = ["1", "1.5", "10", "'1'", "[1]", "[[1]]", "none", "true", "{}", "1.05"];
  expect(new Set(written.map(canonical)).size).toBe(written.length);
});
