import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rememberModule } from "../../canning/functions/known-modules.ts";
import type { Client } from "../../client/client.ts";
import { depend, dependent } from "../../client/dependencies/depend.ts";
import { requires } from "../../client/dependencies/requires.ts";
import type { CompositeError } from "../../client/errors/composite-error.ts";
import { DependencyTimeout, ImpossibleDependency, UnmetDependency } from "../../client/errors/failures.ts";
import type { RemoteError } from "../../client/errors/remote-error.ts";
import type { AsyncResult } from "../../client/results/async-result.ts";
import { KernelProcess, resultText } from "../support/kernel.ts";
import { RunningCluster } from "../support/running-cluster.ts";

let running: RunningCluster;
let rc: Client;

beforeAll(async () => {
  running = await RunningCluster.start({ engines: 3 });
  rc = await running.connect();
  await rc.view().execute("var tries = 0");
  await Promise.all(rc.ids.map((id) => rc.view(id).push({ me: id })));
});
afterAll(() => running[Symbol.asyncDispose]());

const timeoutMs = 15_000;
const errorOf = async (result: AsyncResult<unknown>): Promise<unknown> =>
  result.get({ timeoutMs }).catch((error: unknown) => error);

/** What the engines have, to the compiler. */
declare const me: number;

/** Counts on its engine how often it is asked. */
function isOn(wanted: number): boolean {
  const global = globalThis as { tries?: number };
  global.tries = (global.tries ?? 0) + 1;
  return me === wanted;
}

test("a task goes on until an engine meets its condition, and to none twice", async () => {
  const where = depend(isOn, 2)(() => me);
  for (let i = 0; i < 6; i++) {
    await rc.view().push({ tries: 0 });
    expect(await rc.loadBalancedView().apply(where)).toBe(2);
    for (const tries of await rc.view().pull<number>("tries")) expect(tries).toBeLessThanOrEqual(1);
  }
});

test("where no engine meets it, a task with targets is impossible, and one without waits", async () => {
  await rc.view().push({ tries: 0 });
  const nowhere = dependent(() => me, isOn, 99);
  expect(await errorOf(rc.loadBalancedView([0, 1, 2]).apply(nowhere))).toBeInstanceOf(ImpossibleDependency);
  expect(await rc.view().pull("tries")).toEqual([1, 1, 1]);
  const waiting = rc.loadBalancedView().withFlags({ timeoutMs: 300 }).apply(nowhere);
  expect(await errorOf(waiting)).toBeInstanceOf(DependencyTimeout);
  expect(await rc.view().pull("tries")).toEqual([2, 2, 2]);
});

test("chunks of a map and elements of an imap go on as well", async () => {
  const where = depend(isOn, 1)((x: number) => x * 10 + me);
  const xs = [1, 2, 3, 4, 5];
  const expected = [11, 21, 31, 41, 51];
  expect(await rc.loadBalancedView().map(where, xs, { chunkSize: 2 })).toEqual(expected);
  const seen: number[] = [];
  for await (const value of rc.loadBalancedView().imap(where, xs)) seen.push(value);
  expect(seen).toEqual(expected);
});

test("in a direct view each engine reports for itself", async () => {
  const error = (await errorOf(rc.view().apply(depend(isOn, 1)(() => me)))) as CompositeError;
  expect(error.elist.map(({ engine, ename }) => [engine, ename])).toEqual([
    [0, "UnmetDependency"],
    [2, "UnmetDependency"],
  ]);
  for (const each of error.elist) expect(each).toBeInstanceOf(UnmetDependency);
  expect(error.elist[0]?.evalue).toBe("isOn(1) returned false here");
  expect(error.elist[0]?.traceback.join("\n")).not.toContain("tsparallel:");
});

test("users throw UnmetDependency themselves", async () => {
  const picky = (wanted: number): number => {
    if (me !== wanted) throw new UnmetDependency(`I am ${me}`);
    return me;
  };
  expect(await rc.loadBalancedView().apply(picky, 1)).toBe(1);
  const error = (await errorOf(rc.view(0).apply(picky, 1))) as RemoteError;
  expect([error instanceof UnmetDependency, error.evalue, error.engine]).toEqual([true, "I am 0", 0]);
  const code = 'import { UnmetDependency } from "tsparallel"; throw new UnmetDependency("no GPU")';
  const cell = (await errorOf(rc.view(0).execute(code))) as RemoteError;
  expect([cell instanceof UnmetDependency, cell.evalue]).toEqual([true, "no GPU"]);
});

test("required modules are imported where the function runs", async () => {
  const joined = requires(["node:path", "node:os"], (a: string) => {
    const engine = globalThis as unknown as {
      path: { posix: { join(...parts: string[]): string } };
      os: { EOL: string };
    };
    return [engine.path.posix.join(a, "b"), engine.os.EOL];
  });
  expect(await rc.view(0).apply(joined, "a")).toEqual(["a/b", "\n"]);
  expect(await rc.view(0).execute("path.sep")).toMatchObject({ text: "'/'" });
});

test("a module with a top-level await is required too, and found from where the engines run", async () => {
  const file = join(running.folder.path, "slow.mjs");
  writeFileSync(file, "await null; export const answer = 42; export default { answer };");
  const asked = requires(file, () => (globalThis as unknown as { slow: { answer: number } }).slow.answer);
  expect(await rc.view(0).apply(asked)).toBe(42);
  writeFileSync(join(running.folder.path, "typed.ts"), "export const half = (x: number): number => x / 2;");
  const typed = requires(join(running.folder.path, "typed.ts"), (x: number) =>
    (globalThis as unknown as { typed: { half(x: number): number } }).typed.half(x),
  );
  expect(await rc.view(0).apply(typed, 3)).toBe(1.5);
});

test("a module that engines lack is an unmet dependency", async () => {
  const lacking = requires("no-such-module", () => 1);
  const error = (await errorOf(rc.view().apply(lacking))) as CompositeError;
  expect(error.elist.map(({ ename }) => ename)).toEqual(Array(3).fill("UnmetDependency"));
  expect(error.elist[0]?.evalue).toContain('module "no-such-module" cannot be imported here');
  const nowhere = (await errorOf(rc.loadBalancedView([0, 1]).apply(lacking))) as ImpossibleDependency;
  expect(nowhere).toBeInstanceOf(ImpossibleDependency);
  expect(nowhere.message).toContain('the last one said: module "no-such-module" cannot be imported here');
});

test("a function that holds a module which engines lack goes on only if it requires it", async () => {
  const own = { twice: (x: number) => 2 * x };
  // As a notebook does with what its cells import.
  rememberModule("only-here", own);
  const f = (x: number): number => own.twice(x);
  const required = requires("only-here", f);
  expect(await errorOf(rc.loadBalancedView([0, 1]).apply(required, 1))).toBeInstanceOf(ImpossibleDependency);
  expect(await errorOf(rc.view(0).apply(required, 1))).toBeInstanceOf(UnmetDependency);
  const error = (await errorOf(rc.loadBalancedView([0, 1]).apply(f, 1))) as RemoteError;
  expect([error.ename, error.evalue]).toEqual(["CanningError", expect.stringContaining('"only-here"')]);
});

test("required functions and values are there by name, those of required functions too", async () => {
  function foo(a: number): number {
    return a * a;
  }
  const bar = requires(foo, (b: number): number => (globalThis as unknown as { foo: typeof foo }).foo(b));
  const baz = requires({ bar, offset: 100 }, (c: number, d: number): number => {
    const engine = globalThis as unknown as { bar: typeof bar; offset: number };
    return engine.bar(c) - engine.bar(d) + engine.offset;
  });
  expect(await rc.loadBalancedView().apply(baz, 4, 5)).toBe(91);
  expect(await rc.view(2).apply(baz, 4, 5)).toBe(91);
  expect(await rc.view(2).pull("offset")).toBe(100);
});

test("remote and parallel functions keep their conditions", async () => {
  const view = rc.loadBalancedView();
  const where = depend(isOn, 0)((xs: readonly number[]) => xs.map((x) => x + me));
  expect(await view.remote(depend(isOn, 1)(() => me))()).toBe(1);
  expect(await view.parallel(where, { chunkSize: 2 })([10, 20, 30])).toEqual([10, 20, 30]);
});

test("in a notebook conditions are functions of cells, and what they require counts before the notebook's variables", async () => {
  await using kernel = await KernelProcess.start({ env: { IPYTHONDIR: running.folder.path } });
  const cells = [
    'import { Client, depend, requires, UnmetDependency } from "tsparallel"; import os from "node:os";',
    "const view = (await Client.connect()).loadBalancedView(); let threshold = 1; declare const me: number;",
    "const over = requires([os, { threshold: 5 }], (x: number) => os.EOL.length === 1 && x > threshold);",
    "function isMe(wanted: number) { return me === wanted; }",
    "function picky(wanted: number) { if (!isMe(wanted)) throw new UnmetDependency(); return [me, threshold]; }",
  ];
  for (const cell of cells) expect((await kernel.execute(cell)).reply.content).toMatchObject({ status: "ok" });
  const value = async (cell: string) => resultText((await kernel.execute(cell)).published);
  expect(await value("await view.apply(over, 3)")).toBe("false");
  expect(await value("[await view.map(over, [3, 6]), over(3)]")).toBe("[ [ false, true ], true ]");
  expect(await value("await view.apply(depend(isMe, 2)(() => me))")).toBe("2");
  expect(await value("(await view.apply(picky, 1))[0]")).toBe("1");
});
