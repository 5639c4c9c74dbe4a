import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { compileCell } from "../../../../runtime/cell/compile-cell.ts";
import { Namespace } from "../../../../runtime/evaluate/namespace.ts";
import { userFrames } from "../../../../runtime/evaluate/stack-frames.ts";

const namespace = new Namespace();
afterEach(() => namespace.clear());

const compile = (source: string) => compileCell(source, { filename: "cell [1]" });
const run = async (source: string): Promise<unknown> => (await namespace.run(compile(source), source)).value;

async function placeOfError(source: string): Promise<string | undefined> {
  try {
    await run(source);
  } catch (error) {
    return userFrames(error)[0]?.text;
  }
  throw new Error("It did not throw.");
}

test("a program is JSON", () => {
  const program = compile("import { join } from 'node:path';\nconst URL = join;\nconsole.log(URL)");
  expect(JSON.parse(JSON.stringify(program))).toEqual(program);
  expect(program).toMatchObject({ filename: "cell [1]", isAsync: true, names: ["join", "URL"] });
});

test("only code that awaits is asynchronous", () => {
  const asynchronous = ["await 1", "for await (const x of []) {}", "import 'node:os'", "await using x = null"];
  const synchronous = ["async () => await 1", "async function f() { await 1 }", "const x = 1", "using x = null"];
  expect(asynchronous.map((source) => compile(source).isAsync)).toEqual([true, true, true, true]);
  expect(synchronous.map((source) => compile(source).isAsync)).toEqual([false, false, false, false]);
});

test.each([
  ["let a: number = 1, b, [c, { d }] = [3, { d: 4 }]", { a: 1, b: undefined, c: 3, d: 4 }],
  ["const { p, ...rest } = { p: 1, q: 2 }, z = 3", { p: 1, rest: { q: 2 }, z: 3 }],
  ["const{p}={p:1}", { p: 1 }],
  ["const { a: { b = 5 } = {}, ['c']: d = b } = {} as any", { b: 5, d: 5 }],
  ["let a = 1\nlet [b] = [2]\nlet { c } = { c: 3 }", { a: 1, b: 2, c: 3 }],
  ["if (true) var a = 1\nelse var b = 2", { a: 1, b: undefined }],
  ["if (true) var { a } = { a: 1 }", { a: 1 }],
  ["{ let hidden = 1; var seen = hidden }", { seen: 1 }],
  ["for (var i = 0, n = 2; i < n; i++) { var { last } = { last: i } }", { i: 2, n: 2, last: 1 }],
  ["for (var { k } of [{ k: 1 }, { k: 2 }]) ;", { k: 2 }],
  ["for (const [x, y] of [[1, 2]]) { var sum = x + y }", { sum: 3 }],
  ["label: for (var i = 0; ; i++) { if (i > 2) break label }", { i: 3 }],
  ["switch (1) { case 1: var [s] = [7] }", { s: 7 }],
  ["export const a = 1; export let b = 2\nexport { a }\nexport default class C {}", { a: 1, b: 2 }],
  ["undeclared = 4; [x, { y }] = [1, { y: 2 }]; for (k of [9]) ;", { undeclared: 4, x: 1, y: 2, k: 9 }],
  ["type T = number; interface I { a: T }\nconst a = <T>5", { a: 5 }],
  ["let a = 1\ntype T = number\n;[a] = [2]\ninterface I { b: 1; c: 2 }\n;(a = a + 1)", { a: 3 }],
  ["const f = (x: number): number => x + 1, r = f(1)", { r: 2 }],
  ["const id = <T,>(x: T) => x; const n = id<number>(3)", { n: 3 }],
  [
    "abstract class A { abstract f(): void }\nclass B extends A { f() {} }\nconst ok = new B() instanceof A",
    { ok: true },
  ],
  ["enum E { A, B = 5, C }\nconst c = E.C, name = E[5]", { c: 6, name: "B" }],
  ["namespace N { export const q = 1 }\nconst q = N.q", { q: 1 }],
  ["class P { constructor(readonly x = 3) {} }\nconst { x } = new P()", { x: 3 }],
  ["import os = require('os')\nconst platform = os.platform() === process.platform", { platform: true }],
])("%s declares what it says", async (source, expected) => {
  await run(source);
  const values = Object.fromEntries(Object.keys(expected).map((name) => [name, namespace.get(name)]));
  expect(values).toEqual(expected);
  for (const name of Object.keys(expected)) expect(namespace.has(name)).toBe(true);
});

test.each([
  ["1 + 1", 2],
  ["1 + 1; // comment", 2],
  ["const a = 3\na * 2;", 6],
  ["'use strict'", "use strict"],
  ["({ a: 1 })", { a: 1 }],
  ["`line\n1\nline`", "line\n1\nline"],
  ["const x = 5", undefined],
  ["if (true) { 5 }", undefined],
  ["await Promise.resolve(4)", 4],
  ["5\ntype After = string", 5],
  ["export default 7", 7],
  ["enum E { A = 2 }\nE.A", 2],
  ["namespace N { export const q = 8 }\nN.q", 8],
  ["1, 2", 2],
  ["", undefined],
  ["// nothing", undefined],
])("the value of %s is its last expression", async (source, value) => {
  expect(await run(source)).toEqual(value);
});

test("a promise is a value as it is", async () => {
  for (const source of ["Promise.resolve(5)", "await 0; Promise.resolve(5)"])
    expect((await namespace.run(compile(source))).value).toBeInstanceOf(Promise);
});

test("a thenable that ends an asynchronous cell is not awaited", async () => {
  const program = compile("await 0; ({ then() { throw new Error('awaited') } })");
  const { value } = await namespace.run(program);
  expect(value).toHaveProperty("then");
});

test("functions are hoisted, and keep their text and their place", async () => {
  expect(await run("const early = twice(4)\n\n  function twice(x) { return 2 * x }\nearly")).toBe(8);
  expect(await run("twice.toString()")).toBe("function twice(x) { return 2 * x }");
  expect(await placeOfError("fail()\nfunction fail() {\n  (null).x }")).toBe("fail (cell [1]:3:10)");
});

test("a function that calls itself sees what its name became", async () => {
  await run("function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }");
  expect(await run("fib(10)")).toBe(55);
  expect(await run("const first = fib; fib = () => 100; first(5)")).toBe(200);
  expect(await run("let fib = 1; fib + 1")).toBe(2);
});

test("a class in a cell uses the class of its name that exists later", async () => {
  await run("class Node1 { v = 1 }\nfunction make() { return new Node1().v }");
  await run("class Node1 { v = 2 }");
  expect(await run("make()")).toBe(2);
});

test("cells are strict code", async () => {
  await expect(run("Object.freeze([1]).push(2)")).rejects.toThrow(TypeError);
  expect(await run("(function () { return this })()")).toBeUndefined();
});

test.each([
  ["let x: number = ;", "1:17"],
  ["const a = 1\nfoo(", "2:5"],
  ["\n  return 5", "2:3"],
  ["let a = 1;\nlet a = 2", "2:5"],
  ["const ok = 1\n  const 1x = 2", "2:10"],
  ["@decorated class A {}", "1:1"],
  ["for (using x of []) {}", "1:6"],
])("the syntax error in %j is at %s", (source, place) => {
  expect(() => compile(source)).toThrow(SyntaxError);
  try {
    compile(source);
  } catch (error) {
    expect((error as Error).stack).toMatch(/^SyntaxError: .+\n {4}at cell \[1\]:/);
    expect((error as Error).stack?.endsWith(`cell [1]:${place}`)).toBe(true);
  }
});

test.each([
  ["(null).x", "1:8"],
  ["const a = 1; const b = (null).x", "1:31"],
  ["const { a } = {}, b = 1, c = (null).x", "1:37"],
  ["import 'node:os'; (null).x", "1:26"],
  ["import {\n  cpus,\n} from 'node:os'; (null).x", "3:26"],
  ["const process = 1, o = { process }; (null).x", "1:44"],
  ["class A {} class B {} (null).x", "1:30"],
  ["let a: string | undefined = (null).x", "1:36"],
  ["/* é ü 日本 */ const ü = 'é'; (null as any).x", "1:43"],
  ["class A {\n  constructor() {\n    (null).x\n  }\n}\nnew A()", "3:12"],
  ["{ using a = null; (null).x }", "1:26"],
  ["await 0\n  ;(null).x", "2:11"],
  ["export const a = (null).x", "1:25"],
  ["enum E { A }\nclass P {\n  constructor(readonly a: number) {\n    (null as any).x\n  }\n}\nnew P(1)", "4:19"],
])("the error in %j is at %s", async (source, place) => {
  const first = await placeOfError(source);
  expect(first).toMatch(new RegExp(`cell \\[1\\]:${place}\\)?$`));
});

const statements = [
  "const a = 1",
  "let { b } = { b: 1 }",
  "let c: number",
  "var d = [1, 2] as number[]",
  "class E<T> { v?: T }",
  "function f(x: string) { return f.name + x }",
  "function g() { return g2 }",
  "for (var i = 0; i < 2; i++) { var { j } = { j: i } }",
  "export const k = 3",
  "const fetch = () => 1, URL = { fetch }",
  "type L = number",
  "console.assert(true)",
  "// comment",
];

test("lines and columns survive whatever stands before", async () => {
  const statement = fc.tuple(fc.integer({ min: 0, max: statements.length - 1 }), fc.constantFrom("; ", "\n", "\n\n  "));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(statement, { selector: ([index]) => index }), async (chosen) => {
      const before = chosen
        .map(([index, separator]) => `${statements[index]}${statements[index] === "// comment" ? "\n" : separator}`)
        .join("");
      const lines = `${before};(null).boom`.split("\n");
      const column = (lines.at(-1)?.lastIndexOf("boom") ?? 0) + 1;
      expect(await placeOfError(lines.join("\n"))).toBe(`cell [1]:${lines.length}:${column}`);
    }),
    { numRuns: 150 },
  );
});

test("what a cell computes is what the same module would compute", async () => {
  const number = fc.integer({ min: -9, max: 9 });
  const name = fc.constantFrom("a", "b", "c", "process", "URL", "name");
  const expression = fc.tuple(name, name, number).map(([left, right, n]) => `${left} * ${n} - ${right}`);
  const assignment = fc.tuple(name, expression).map(([target, value]) => `${target} = ${value}`);
  await fc.assert(
    fc.asyncProperty(fc.array(assignment, { maxLength: 8 }), fc.boolean(), async (lines, isAsync) => {
      const head = "let a = 1, b = 2, c = 3, process = 4, URL = 5, name = 6";
      const result = "[a, b, c, process, URL, { name }.name]";
      const direct = new Function(`${head}\n${lines.join("\n")}\nreturn ${result}`)() as unknown;
      expect(await run([head, isAsync ? "await 0" : "", ...lines, `;${result}`].join("\n"))).toEqual(direct);
    }),
    { numRuns: 100 },
  );
});
