import { afterEach, expect, test } from "vitest";
import { compileCell } from "../../../../runtime/cell/compile-cell.ts";
import { Namespace } from "../../../../runtime/evaluate/namespace.ts";

const namespace = new Namespace();
afterEach(() => namespace.clear());

const compile = (source: string) => compileCell(source, { filename: "cell [1]" });
const run = async (source: string): Promise<unknown> => (await namespace.run(compile(source), source)).value;

test("functions see later reassignments", async () => {
  await run("let n = 0; function getN() { return n }");
  expect(await run("n = 5; getN()")).toBe(5);
  expect(await run("let n = 6; getN()")).toBe(6);
  namespace.set("n", 7);
  expect(await run("getN()")).toBe(7);
});

test("any declaration may be repeated as any other", async () => {
  for (const source of ["const x = 1", "let x = 2", "class x {}", "function x() {}", "var x = 3", "const x = 4"])
    await run(source);
  expect(await run("x")).toBe(4);
});

test("names before an error survive a cell that throws, those after it do not exist", async () => {
  await expect(run("const before = 1; fail(); let after = 2")).rejects.toThrow("fail is not defined");
  expect(await run("before")).toBe(1);
  await expect(run("after")).rejects.toThrow("after is not defined");
  await expect(run("const early = 1; await Promise.reject(new Error('late'))")).rejects.toThrow("late");
  expect(namespace.names()).toEqual(["before", "early"]);
});

test("what the global object gets is a variable", async () => {
  await run("globalThis.a = 5");
  expect(await run("a")).toBe(5);
  expect(namespace.get("a")).toBe(5);
});

test("imports of every form work, one that only a later cell uses too", async () => {
  await run("import fs, { readFileSync, type Stats } from 'node:fs'; import * as path from 'path'; import 'node:os'");
  expect(await run("[typeof readFileSync, fs.readFileSync === readFileSync, path.join('a', 'b')]")).toEqual([
    "function",
    true,
    "a/b",
  ]);
  expect(namespace.has("Stats")).toBe(false);
});

test("an import that is a type is no variable; a missing one that is used is an error", async () => {
  await run("import { PathLike, statSync } from 'node:fs'");
  expect(namespace.names()).toEqual(["statSync"]);
  await expect(run("import { nothing } from 'node:fs'; nothing")).rejects.toThrow(
    "does not provide an export named 'nothing'",
  );
});

test("imports are hoisted", async () => {
  expect(await run("const early = join('a', 'b')\nimport { join } from 'node:path'\nearly")).toBe("a/b");
});

test("a package that is missing is named with the way to install it", async () => {
  await expect(run("import x from 'no-such-package-here'")).rejects.toThrow(
    "Cannot find package 'no-such-package-here': install it with `npm install no-such-package-here`",
  );
});

test("await, for await and import() work at the top level and in functions", async () => {
  expect(await run("let sum = 0; for await (const x of [Promise.resolve(1), 2]) sum += x\nsum")).toBe(3);
  expect(await run("const load = async () => (await import('node:path')).sep; await load()")).toBe("/");
});

test("import.meta stands for a file in the working directory", async () => {
  expect(await run("[import.meta.dirname, typeof import.meta.url, import.meta.resolve('fs')]")).toEqual([
    process.cwd(),
    "string",
    "node:fs",
  ]);
});

test("variables that hide built-ins break neither Node nor each other", async () => {
  const source = `const process = { pid: 'mine' }; let Buffer = 3; class URL { own = true }
    function fetch() { return fetch.name }
    const console = 1, { document } = { document: 2 }
    ;[process.pid, Buffer, new URL().own, fetch(), { console }, document]`;
  expect(await run(source)).toEqual(["mine", 3, true, "fetch", { console: 1 }, 2]);
  expect(await run("[process.pid, Buffer, { URL }.URL.name, typeof fetch]")).toEqual(["mine", 3, "URL", "function"]);
  expect(process.pid).toBeTypeOf("number");
  expect("document" in globalThis).toBe(false);
  expect(namespace.names()).toEqual(["process", "Buffer", "URL", "console", "document", "fetch"].sort(byDeclaration));
  namespace.clear();
  expect(await run("process.pid")).toBe(process.pid);
});

const byDeclaration = (a: string, b: string): number => namespace.names().indexOf(a) - namespace.names().indexOf(b);

test("a program compiled elsewhere finds the variables of this namespace", async () => {
  const program = compile("[process.pid, { process }]");
  expect(program.builtins.map(({ name }) => name)).toEqual(["process", "process"]);
  namespace.set("process", { pid: "pushed" });
  expect((await namespace.run(program)).value).toEqual(["pushed", { process: { pid: "pushed" } }]);
  namespace.delete("process");
  expect((await namespace.run(program)).value).toEqual([process.pid, { process }]);
});

test("a function that used a variable gets the built-in when the variable is gone", async () => {
  await run("const URL = 1; function kind() { return typeof URL }");
  expect(await run("kind()")).toBe("number");
  const kind = namespace.get("kind") as () => string;
  namespace.clear();
  expect(kind()).toBe("function");
});

test("the user's variables are known, built-ins are not among them", async () => {
  await run("let a = 1; function f() {} class C {}");
  namespace.set("pushed", [1]);
  expect(namespace.names()).toEqual(["a", "f", "C", "pushed"].sort(byDeclaration));
  expect([namespace.has("a"), namespace.has("process"), namespace.has("nothing")]).toEqual([true, false, false]);
  expect(namespace.get("Math")).toBeUndefined();
  expect([namespace.delete("a"), namespace.delete("a")]).toEqual([true, false]);
  await expect(run("a")).rejects.toThrow("a is not defined");
  namespace.clear();
  expect(namespace.names()).toEqual([]);
  await expect(run("f")).rejects.toThrow("f is not defined");
});

test("unusual names are names", () => {
  for (const name of ["__proto__", "constructor", "toString", "ü", "$"]) {
    namespace.set(name, 1);
    expect([namespace.has(name), namespace.get(name)]).toEqual([true, 1]);
  }
  expect(Object.getPrototypeOf(globalThis)).not.toBe(1);
});

test("resources of a cell are disposed at its end, last first, also when it throws", async () => {
  await run("const log = []; const resource = (name) => ({ [Symbol.dispose]() { log.push(name) } })");
  await run("using a = resource('a'), b = resource('b'), none = null; log.push('body')");
  const failing = "await using c = { async [Symbol.asyncDispose]() { await 0; log.push('c') } }; throw new Error('no')";
  await expect(run(failing)).rejects.toThrow("no");
  expect(await run("log")).toEqual(["body", "b", "a", "c"]);
  await expect(run("using wrong = 1")).rejects.toThrow("not disposable");
});

test("resources of functions and blocks are disposed on every Node", async () => {
  await run("const log = []; const resource = (name) => ({ [Symbol.dispose]() { log.push(name) } })");
  const source = `function f() { using a = resource('a'), b = resource('b'); return log.push('body') }
    async function g() { await using c = { async [Symbol.asyncDispose]() { log.push('c') } } }
    f(); await g(); { using d = resource('d') }
    log`;
  expect(await run(source)).toEqual(["body", "b", "a", "c", "d"]);
});

test("require loads from the working directory, and may be hidden like any built-in", async () => {
  expect(await run("require('node:path').sep")).toBe("/");
  expect(await run("const require = 5; require")).toBe(5);
});

test("a loop at the top level is as fast as one over globals", async () => {
  const source = "let s = 0; for (let i = 0; i < 3e6; i++) s += i\ns";
  await run(source);
  const start = performance.now();
  await run(source);
  expect(((performance.now() - start) / 3e6) * 1e6).toBeLessThan(100);
});
