import { stripVTControlCharacters } from "node:util";
import vm from "node:vm";
import { afterEach, expect, test } from "vitest";
import { compileCell } from "../../../../runtime/cell/compile-cell.ts";
import { KeyboardInterrupt } from "../../../../runtime/evaluate/keyboard-interrupt.ts";
import { Namespace } from "../../../../runtime/evaluate/namespace.ts";
import { errorReport } from "../../../../runtime/evaluate/traceback.ts";

const namespace = new Namespace();
afterEach(() => namespace.clear());

async function thrownBy(source: string, filename = "cell [12]"): Promise<unknown> {
  try {
    await namespace.run(compileCell(source, { filename }), source);
  } catch (error) {
    return error;
  }
  throw new Error("It did not throw.");
}

const plain = (error: unknown): string[] => errorReport(error).traceback.map(stripVTControlCharacters);

test("an error shows its line and the user's frames only", async () => {
  const error = await thrownBy("function f() {\n  const y: any = 1;\n  return y();\n}\n[1].map(f)");
  expect(errorReport(error)).toMatchObject({ ename: "TypeError", evalue: "y is not a function" });
  expect(plain(error)).toEqual([
    "TypeError: y is not a function",
    "  2 |   const y: any = 1;",
    "  3 |   return y();",
    "    |          ^",
    "    at f (cell [12]:3:10)",
    "    at Array.map (<anonymous>)",
    "    at cell [12]:5:5",
  ]);
});

test("frames of several cells are told apart", async () => {
  const source = "async function load() { await null; throw new RangeError('far') }";
  await namespace.run(compileCell(source, { filename: "cell [1]" }), source);
  expect(plain(await thrownBy("await load()", "cell [2]"))).toEqual([
    "RangeError: far",
    `  1 | ${source}`,
    "    |                                           ^",
    "    at load (cell [1]:1:43)",
    "    at async cell [2]:1:1",
  ]);
});

test("syntax errors show where", () => {
  try {
    compileCell("const a = 1\n  foo(", { filename: "cell [3]" });
  } catch (error) {
    expect(plain(error).at(-1)).toBe("    at cell [3]:2:7");
    expect(errorReport(error).ename).toBe("SyntaxError");
  }
});

test("whatever is thrown is described", async () => {
  expect(errorReport("text")).toEqual({ ename: "Thrown", evalue: "'text'", traceback: [expect.any(String)] });
  expect(errorReport(undefined)).toMatchObject({ ename: "Thrown", evalue: "undefined" });
  expect(errorReport({ a: 1 })).toMatchObject({ ename: "Thrown", evalue: "{ a: 1 }" });
  expect(errorReport(new KeyboardInterrupt())).toMatchObject({ ename: "KeyboardInterrupt", evalue: "" });
  expect(errorReport(await thrownBy("class Odd extends Error {}\nthrow new Odd('x')"))).toMatchObject({ ename: "Odd" });
  const foreign: unknown = vm.runInNewContext("new TypeError('other realm')");
  expect(errorReport(foreign)).toMatchObject({ ename: "TypeError", evalue: "other realm" });
  const hostile = Object.defineProperty(new Error("x"), "message", {
    get: () => {
      throw new Error("getter");
    },
  });
  expect(errorReport(hostile).ename).toBe("Error");
});

test("causes and the parts of an AggregateError are shown", () => {
  const bare = (error: Error): Error => Object.assign(error, { stack: "" });
  const cause = bare(new Error("root"));
  const error = bare(new AggregateError([bare(new TypeError("one")), "two"], "both", { cause }));
  expect(plain(error)).toEqual([
    "AggregateError: both",
    "[0] TypeError: one",
    "[1] Thrown: 'two'",
    "Caused by Error: root",
  ]);
});

test("a cause that is the error itself ends", () => {
  const error = new Error("loop");
  error.cause = error;
  expect(plain(error).at(-1)).toBe("Caused by …");
});

test("an error that renders itself is asked to", async () => {
  await namespace.run(
    compileCell("class Remote extends Error { renderTraceback() { return ['[0] far away', '    there'] } }", {
      filename: "cell [1]",
    }),
  );
  expect(plain(await thrownBy("throw new Remote('m')"))).toEqual(["[0] far away", "    there", "    at cell [12]:1:7"]);
});

test("a name that the last line misses is looked for in that line", async () => {
  expect(plain(await thrownBy("const before = 1;\nnowhere();"))).toContain("    at cell [12]:2:1");
});

test("frames that a description has already, with other columns, are not shown again", () => {
  const error = Object.assign(new Error("far away"), {
    renderTraceback: () => ["[0:apply]:", "    at f (cell [3]:3:14)"],
  });
  error.stack = "Error: far away\n    at f (cell [3]:3:2)\n    at cell [4]:1:1";
  expect(plain(error)).toEqual(["[0:apply]:", "    at f (cell [3]:3:14)", "    at cell [4]:1:1"]);
});
