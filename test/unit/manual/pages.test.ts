import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../../cli/package-root.ts";
import { readChapters } from "../../support/manual/chapter.ts";

const folder = join(packageRoot, "docs", "manual");
const read = (page: string): string => readFileSync(join(folder, page), "utf8");
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = ""]) => found);

const coverage = read("coverage.md");
const states = all(coverage, /^\| .* \| (kept|differs|later|dropped) \| .+ \|$/gm);

test("every promise has a state, and a place or a reason", () => {
  const rows = all(coverage, /^\| (?!promise \|)(.*) \|$/gm);
  expect(rows.length).toBe(states.length);
});

test("the summary counts them as they are", () => {
  const count = (state: string) => states.filter((other) => other === state).length;
  const [summary] = all(coverage.replaceAll("\n", " "), /stands here: (.*?)\. /g);
  expect(summary).toBe(
    `${count("kept")} are kept, ${count("differs")} differ, ${count("later")} come later, ${count("dropped")} are dropped`,
  );
});

test("what comes later comes with a part that is named", () => {
  const [parts = ""] = all(coverage.replaceAll("\n", " "), /with which part of the product: (.*?)\. /g);
  const named = all(parts, /(\w+)(?: \(.*?\))?(?:,|$)/g);
  const later = all(coverage, /\| later \| (\w+)/g);
  expect(named).toEqual(["consoles", "magics", "clusters"]);
  expect(later.filter((part) => !named.includes(part))).toEqual([]);
});

test("what it names is there: tests, sources, pages, examples", () => {
  const files = all(coverage, /`([\w./-]+\/[\w./-]+\.(?:ts|ipynb|md))`/g);
  const places = files.map((file) => (file.endsWith(".test.ts") && !file.startsWith("test/") ? `test/${file}` : file));
  const pages = all(coverage, /\]\(([^)]+)\)/g).map((page) => join("docs", "manual", page));
  expect(files.length).toBeGreaterThan(100);
  expect([...places, ...pages].filter((place) => !existsSync(join(packageRoot, place)))).toEqual([]);

  const titles = readChapters().flatMap(({ snippets }) =>
    snippets.map(({ title }) => title.replace(/ \([^)]*\)$/, "")),
  );
  const named = coverage
    .split("\n## ")
    .slice(1)
    .flatMap((chapter) => all(chapter, /(?<!\*)\*([A-Z][^*]+|joblib)\*(?!\*)/g));
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((title) => !titles.includes(title))).toEqual([]);
});

test("what is called otherwise here has that name", () => {
  const sources = ["client", "canning", "cluster"].flatMap((name) =>
    readdirSync(join(packageRoot, name), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(packageRoot, name, file), "utf8")),
  );
  const declared = new Set(sources.flatMap((source) => source.match(/\w+/g) ?? []));
  const ours = all(read("names.md"), /^\| .* \| (.*) \|$/gm).flatMap((cell) => all(cell, /`([^`]*)`/g));
  const names = ours.flatMap((code) => all(code, /(?:\b(?:rc|view|ar|Client)\.|^)([a-z]\w+)(?=[(`,]|$)/g));
  expect(names.length).toBeGreaterThan(60);
  expect(names.filter((name) => !declared.has(name))).toEqual([]);
});
