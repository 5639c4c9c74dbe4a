import { setImmediate as turn } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Header } from "../../../../protocol/envelope.ts";
import { compileCell } from "../../../../runtime/cell/compile-cell.ts";
import { KeyboardInterrupt } from "../../../../runtime/evaluate/keyboard-interrupt.ts";
import { Namespace } from "../../../../runtime/evaluate/namespace.ts";
import { errorReport } from "../../../../runtime/evaluate/traceback.ts";
import { runInRequest } from "../../../../runtime/output/running-request.ts";

const namespace = new Namespace();
afterEach(() => namespace.clear());

/** Runs a cell, interrupts it while it waits, and gives what it ended with. */
async function interrupted(source: string): Promise<unknown> {
  const interruption = new AbortController();
  const request = { header: {} as Header, signal: interruption.signal };
  const program = compileCell(source, { filename: "cell [1]" });
  const ended = runInRequest(request, () => namespace.run(program, source)).catch((error: unknown) => error);
  await turn();
  interruption.abort(new KeyboardInterrupt());
  return ended;
}

test("an interrupt is thrown where the cell waits, and its loop does not go on", async () => {
  const cells = [
    "var turns = 0; for (;;) { turns++; await new Promise(() => {}) }",
    "var turns = 0; async function work() { for (;;) await new Promise(() => {}) } turns++; await work()",
    "var turns = 0; async function* all() { yield 1; await new Promise(() => {}) } for await (const x of all()) turns++",
    "var turns = 0; for await (const x of [1, new Promise(() => {})]) turns++",
    "var turns = 1; await (turns, new Promise(() => {}))",
  ];
  for (const cell of cells) {
    expect(await interrupted(cell)).toBeInstanceOf(KeyboardInterrupt);
    expect(namespace.get("turns")).toBe(1);
  }
});

test("the cell may catch it and clean up, and wait for that", async () => {
  await interrupted(`
    try { await new Promise(() => {}) } catch (error) { var caught = error.name }
    finally { await null; await Promise.resolve(); var cleaned = true }
  `);
  expect([namespace.get("caught"), namespace.get("cleaned")]).toEqual(["KeyboardInterrupt", true]);
});

test("waiting changes no values: thenables, nested awaits, for await with break", async () => {
  const run = async (source: string) =>
    (await namespace.run(compileCell(source, { filename: "cell [1]" }), source)).value;
  expect(await run("await 1 + await { then(resolve) { resolve(2) } }")).toBe(3);
  expect(await run("await (await Promise.resolve(Promise.resolve(4)))")).toBe(4);
  expect(await run("const order = []; for await (const x of [Promise.resolve(1), 2]) order.push(x); order")).toEqual([
    1, 2,
  ]);
  const closing = `
    const steps = [];
    async function* count() { try { for (let i = 0; ; i++) yield i } finally { steps.push("closed") } }
    for await (const i of count()) { steps.push(i); if (i === 1) break }
    steps`;
  expect(await run(closing)).toEqual([0, 1, "closed"]);
  await expect(run("for await (const x of (async function* () { throw new RangeError('own') })()) ;")).rejects.toThrow(
    "own",
  );
});

test("an error from beyond an await still names the cell's line and column", async () => {
  const source =
    "1; await null;\nconst a = [await 1, await import('node:fs/promises').then((fs) => fs.readFile('/nowhere'))]";
  const error: unknown = await namespace
    .run(compileCell(source, { filename: "cell [1]" }), source)
    .catch((reason: unknown) => reason);
  expect(errorReport(error).traceback.join("\n")).toContain("at async cell [1]:2:21");
});
