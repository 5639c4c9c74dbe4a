import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TypeChecker } from "../../runtime/types/type-checker.ts";

/* A folder without node_modules of its own, as most notebooks have. */
const folder = mkdtempSync(join(tmpdir(), "type-checker-"));
let checker: TypeChecker;

beforeAll(() => {
  writeFileSync(
    join(folder, "ours.d.ts"),
    "export declare class Client { static connect(): Promise<Client>; ids: number[]; }",
  );
  writeFileSync(join(folder, "local.ts"), "export const x = 1;\nexport const wrong: string = 3;\n");
  mkdirSync(join(folder, "node_modules", "untyped"), { recursive: true });
  writeFileSync(join(folder, "node_modules", "untyped", "package.json"), '{"exports":{"import":"./index.js"}}');
  mkdirSync(join(folder, "node_modules", "exporting", "types"), { recursive: true });
  writeFileSync(
    join(folder, "node_modules", "exporting", "package.json"),
    '{"name":"exporting","exports":{".":{"types":"./types/main.d.ts","import":"./index.js"}}}',
  );
  writeFileSync(join(folder, "node_modules", "exporting", "types", "main.d.ts"), "export declare const size: number;");
  checker = new TypeChecker({ folder, packages: { tsparallel: join(folder, "ours.d.ts") } });
});
afterAll(() => {
  checker.close();
  rmSync(folder, { recursive: true });
});

function check(source: string, declarations = "") {
  return checker.check({ declarations, source, isTolerant: false });
}
const codes = (source: string, declarations = ""): number[] =>
  check(source, declarations).problems.map(({ code }) => code);

test("a type error says where it is", () => {
  expect(check("let a = 1;\n  const s: string = a").problems).toEqual([
    {
      code: 2322,
      message: "Type 'number' is not assignable to type 'string'.",
      start: { offset: 19, line: 1, column: 8 },
      end: { offset: 20, line: 1, column: 9 },
    },
  ]);
});

test("declarations of a cell are known to the next", () => {
  const { declarations = "" } = check("const n = 1; interface I { q: number }");
  expect(codes("const i: I = { q: n }", declarations)).toEqual([]);
  expect(codes("n.length", declarations)).toEqual([2339]);
});

test("a name may be declared anew with another type", () => {
  const { declarations = "" } = check('const n = "s"', check("const n = 1").declarations);
  expect(codes("n.length", declarations)).toEqual([]);
});

test("a name may be that of a global", () => {
  const { declarations = "" } = check("const process = { a: 1 }; class URL { b = 2 }");
  expect(codes("process.a + new URL().b", declarations)).toEqual([]);
});

test.each([
  ["top-level await", "const t = await Promise.resolve(1)"],
  ["top-level for await", "for await (const x of [1]) console.log(x)"],
  ["import.meta", "import.meta.url"],
  ["exported declarations", "export const a = 1; export default a; export { a as b }"],
  ["using", "using h = { [Symbol.dispose]() {} }; await using k = { async [Symbol.asyncDispose]() {} }; h; k"],
  ["import attributes", 'import * as j from "exporting" with { type: "json" }'],
  ["methods of ES2023", "[3, 1].toSorted().at(-1)"],
  [
    "Node's globals and modules",
    'import * as fs from "node:fs"; fs.openAsBlob; fetch("x"); process.pid; console.log(1)',
  ],
  ["a path that ends in .ts, whatever its file's own errors", 'import { x } from "./local.ts"; x.toFixed()'],
  ["a package with types through exports only", 'import { size } from "exporting"; size.toFixed()'],
  ["a package without types", 'import * as untyped from "untyped"; untyped.anything'],
  ["a class with private members", "const C = class { private q = 1 }; new C()"],
  ["parameters without types", "const f = (a, b) => a * b"],
])("%s is no type error", (_name, source) => {
  expect(codes(source)).toEqual([]);
});

test("our own package has its types in any folder", () => {
  const { declarations = "" } = check('import { Client } from "tsparallel"; const rc = await Client.connect()');
  expect(codes("rc.ids[0].toFixed()", declarations)).toEqual([]);
  expect(codes("rc.engines", declarations)).toEqual([2339]);
});

test("a module that is nowhere is an error", () => {
  expect(codes('import nope from "nope"')).toEqual([2307]);
});

test("a tolerant check gives declarations of a cell with errors", () => {
  const result = checker.check({ declarations: "", source: "const a = 1; const s: string = a", isTolerant: true });
  expect(result.problems).toEqual([]);
  expect(codes("a.toFixed(); s.length", result.declarations)).toEqual([]);
});

test("names that are declared anew are told", () => {
  const { declarations = "" } = check("const a = 1; function f() {}; const b = 2");
  expect(checker.redeclared({ declarations, source: "let a = 2; function f() {}; class C {}" })).toEqual(["a", "f"]);
});

test("completions name what fits and the part that it replaces", () => {
  const { declarations = "" } = check('import * as fs from "node:fs"');
  expect(checker.complete({ declarations, source: "1; fs.promi" }, 11)).toEqual({
    start: 6,
    end: 11,
    candidates: ["promises"],
  });
});

test("inspection gives type and documentation, or nothing", () => {
  const source = "/** Adds. */ function add(a: number) { return a }; add";
  expect(checker.inspect({ declarations: "", source }, source.length - 1)).toMatch(
    /function add\(a: number\): number\s+Adds\./,
  );
  expect(checker.inspect({ declarations: "", source: "   " }, 1)).toBeUndefined();
});

test("a cell that goes on has an indent, a complete one has none", () => {
  expect(checker.continuation("if (true) {")).toBe("  ");
  expect(checker.continuation("if (true) {}")).toBeUndefined();
});
