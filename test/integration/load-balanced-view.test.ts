import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { DependencyTimeout, EngineError } from "../../client/errors/failures.ts";
import { RemoteError } from "../../client/errors/remote-error.ts";
import type { LoadBalancedView } from "../../client/load-balanced-view.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const timeoutMs = 15_000;
let running: RunningCluster;
let rc: Client;
let view: LoadBalancedView;

beforeAll(async () => {
  running = await RunningCluster.start({ engines: 3 });
  rc = await running.connect();
  view = rc.loadBalancedView();
  await Promise.all(rc.ids.map((id) => rc.view(id).push({ me: id })));
});
afterAll(() => running[Symbol.asyncDispose]());

/** What the engines have, to the compiler. */
declare const me: number;

const numbers = (length: number): number[] => Array.from({ length }, (_, i) => i);
const errorOf = async (result: PromiseLike<unknown>): Promise<unknown> =>
  result.then(
    (value) => value,
    (error: unknown) => error,
  );

/** Holds a task until the test lets it go: engines see the file. */
class Gate {
  readonly file = join(running.folder.path, randomUUID());

  open(): void {
    writeFileSync(this.file, "");
  }
}

/** Gives the file's name back, at once if it is empty. */
async function waitForFile(file: string): Promise<string> {
  while (file !== "" && !existsSync(file)) await new Promise((go) => setTimeout(go, 5));
  return file;
}

test("several sequences go side by side, typed arrays and iterables among them", async () => {
  const sum = (a: number, b: string, c: number): string => `${a}${b}${c}`;
  expect(await view.map(sum, Int8Array.of(1, 2, 3), "xyz", new Set([7, 8, 9]))).toEqual(["1x7", "2y8", "3z9"]);
  expect(await view.map((a, b) => a * b, [1, 2], [3, 4], { chunkSize: 1 })).toEqual([3, 8]);
  expect(() => view.map((a, b) => a * b, [1, 2], [3])).toThrow(RangeError);
  expect(await view.map((x: number) => x, [])).toEqual([]);
});

test("chunkSize makes tasks of so many elements", async () => {
  const result = view.map((x) => x, numbers(10), { chunkSize: 4, label: "by four" });
  expect([await result, result.msgIds.length]).toEqual([numbers(10), 3]);
  const rows = await rc.dbQuery({ label: "by four" }, ["label", "queue"]);
  expect(rows.map(({ queue }) => queue)).toEqual(["task", "task", "task"]);
  expect(new Set(rows.map(({ msgId }) => msgId))).toEqual(new Set(result.msgIds));
});

test("unordered iteration gives what is done first, and awaiting gives all in order", async () => {
  const gate = new Gate();
  const result = view.map(waitForFile, [gate.file, "", ""], { chunkSize: 1, ordered: false });
  const seen: string[] = [];
  for await (const file of result) if (seen.push(file) === 2) gate.open();
  expect(seen).toEqual(["", "", gate.file]);
  expect(await result).toEqual([gate.file, "", ""]);
});

test("no more than maxOutstanding chunks are under way", async () => {
  const result = view.map((x) => x + 1, numbers(50), { chunkSize: 1, maxOutstanding: 2 });
  expect([result.msgIds.length, result.isSubmitted]).toEqual([2, false]);
  expect(await result).toEqual(numbers(51).slice(1));
});

test("an endless generator is read only as far as its results are taken", async () => {
  let read = 0;
  let isClosed = false;
  function* endless() {
    try {
      for (;;) yield read++;
    } finally {
      isClosed = true;
    }
  }
  const taken: number[] = [];
  for await (const value of view.imap((x) => x * x, endless(), { maxOutstanding: 4 })) {
    taken.push(value);
    expect(read - taken.length).toBeLessThanOrEqual(4);
    if (taken.length === 100) break;
  }
  expect(taken).toEqual(numbers(100).map((x) => x * x));
  expect([isClosed, read <= 104]).toEqual([true, true]);
  await rc.wait();
});

test("elements may come by and by, from several sources, and results in any order", async () => {
  async function* words() {
    for (const word of ["a", "b", "c"]) {
      await new Promise((go) => setImmediate(go));
      yield word;
    }
  }
  const results: string[] = [];
  for await (const text of view.imap((n, word) => word.repeat(n), numbers(99), words(), { ordered: false }))
    results.push(text);
  expect(results.sort()).toEqual(["", "b", "cc"]);
});

test("an imap ends with the first error, or keeps errors where results would be", async () => {
  const odd = (x: number): number => {
    if (x % 2 === 0) throw new RangeError(`even ${x}`);
    return x;
  };
  const seen: unknown[] = [];
  const loop = (async () => {
    for await (const value of view.imap(odd, [1, 3, 4, 5])) seen.push(value);
  })();
  expect(await errorOf(loop)).toMatchObject({ ename: "RangeError", evalue: "even 4" });
  expect(seen).toEqual([1, 3]);
  const kept: unknown[] = [];
  for await (const value of view.imap(odd, [1, 2, 3], { returnErrors: true })) kept.push(value);
  expect([kept[0], kept[2]]).toEqual([1, 3]);
  expect(kept[1]).toBeInstanceOf(RemoteError);
});

test("a map keeps errors in the places of its elements, goes on, and says that not all went well", async () => {
  const odd = (x: number): number => {
    if (x % 2 === 0) throw new TypeError(`even ${x}`);
    return x;
  };
  for (const options of [{}, { chunkSize: 2 }, { retries: 1 }]) {
    const result = view.map(odd, numbers(9), { ...options, returnErrors: true });
    const values = await result;
    const shown = values.map((value) => (value instanceof RemoteError ? `${value.ename}: ${value.evalue}` : value));
    expect(shown).toEqual(numbers(9).map((x) => (x % 2 === 0 ? `TypeError: even ${x}` : x)));
    expect(result.successful).toBe(false);
  }
  const seen: unknown[] = [];
  for await (const value of view.map(odd, [1, 2, 3], { chunkSize: 3, returnErrors: true })) seen.push(value);
  const [, error] = seen as [number, RemoteError];
  expect([seen[0], error.engine, seen[2]]).toEqual([1, expect.any(Number), 3]);
  expect(error.stack).toContain("load-balanced-view.test.ts");
  expect(error.stack).not.toContain("tsparallel:");
});

test("errors of tasks that never ran are kept as well", async () => {
  const result = view.map((x) => x, [1, 2], { chunkSize: 1, returnErrors: true, after: "no-such-task" });
  const names = (await result).map((value) => value instanceof RemoteError && value.name);
  expect(names).toEqual(["InvalidDependency", "InvalidDependency"]);
});

test("targets say which engines may run a task, for a view or for one map", async () => {
  expect(await rc.loadBalancedView(1).map(() => me, numbers(4), { chunkSize: 1 })).toEqual([1, 1, 1, 1]);
  const used = await view.map(() => me, numbers(8), { chunkSize: 1, targets: [0, 2] });
  expect(used).not.toContain(1);
  expect(await view.withFlags({ targets: 2 }).apply(() => me)).toBe(2);
  expect(view.withFlags({ targets: [0, 2] }).targets).toEqual([0, 2]);
});

test("a failed task is tried again on other engines as often as it may", async () => {
  await rc.view().push({ tries: 0 });
  const picky = (wanted: number): number => {
    const engine = globalThis as unknown as { tries: number };
    engine.tries += 1;
    if (me !== wanted) throw new Error(`not ${me}`);
    return me;
  };
  for (const wanted of rc.ids) expect(await view.withFlags({ retries: 2 }).apply(picky, wanted)).toBe(wanted);
  await rc.view().push({ tries: 0 });
  const hopeless = await errorOf(view.withFlags({ retries: 1 }).apply(picky, 99));
  expect((hopeless as RemoteError).ename).toBe("Error");
  const tries = await rc.view().pull<number>("tries");
  expect([...tries].sort()).toEqual([0, 1, 1]);
});

test("a task that finds no engine in time fails, and one that runs is not touched", async () => {
  const gate = new Gate();
  const target = view.withFlags({ targets: 0, timeoutMs: 50 });
  const long = target.apply(waitForFile, gate.file);
  const late = target.apply(() => 1);
  expect(await errorOf(late)).toBeInstanceOf(DependencyTimeout);
  gate.open();
  expect(await long).toBe(gate.file);
});

test("a task outlives its engine where it may be tried again", async () => {
  const own = await RunningCluster.start({ engines: 2 });
  try {
    const client = await own.connect();
    const victim = await client.view(0).apply(() => process.pid);
    const work = async (pid: number): Promise<number> => {
      if (process.pid === pid) process.kill(pid, "SIGKILL");
      return process.pid;
    };
    const balanced = client.loadBalancedView();
    const kept = balanced.withFlags({ retries: 1, targets: [0, 1] });
    const results = [kept.apply(work, victim), kept.apply(work, victim)];
    const survivors = await Promise.all(results.map((result) => result.get({ timeoutMs })));
    expect(survivors).not.toContain(victim);
    const other = await client.view(1).apply(() => process.pid);
    expect(await errorOf(balanced.apply(work, other).get({ timeoutMs }))).toBeInstanceOf(EngineError);
  } finally {
    await own[Symbol.asyncDispose]();
  }
}, 40_000);

test("remote functions run under the view's flags; parallel ones take sequences whole or element by element", async () => {
  const where = view.withFlags({ targets: 1 }).remote((x: number) => x * 10 + me);
  expect([await where(4), where.name]).toEqual([41, ""]);
  function squares(xs: readonly number[]): number[] {
    return xs.map((x) => x * x);
  }
  const parallel = view.parallel(squares, { chunkSize: 3 });
  const result = parallel(numbers(8));
  expect([await result, result.msgIds.length, parallel.name]).toEqual([numbers(8).map((x) => x * x), 3, "squares"]);
  expect(await view.parallel((x: number) => 10 * x ** 4).map(numbers(4))).toEqual([0, 10, 160, 810]);
});

test("a view knows what it and those made of it have sent, waits for it and gets it again", async () => {
  const own = rc.loadBalancedView();
  const first = own.apply(() => 1);
  const second = own.withFlags({ after: first, track: true }).apply(() => 2);
  expect(own.history).toEqual([...first.msgIds, ...second.msgIds]);
  expect(await own.wait()).toBe(true);
  expect([own.outstanding, first.ready, second.ready]).toEqual([[], true, true]);
  expect([await own.getResult(), await own.getResult([first, second])]).toEqual([2, [1, 2]]);
  expect(await own.queueStatus({ targets: 0 })).toMatchObject({ unassigned: 0 });
  const waiting = own.withFlags({ targets: 0 }).map(() => new Promise(() => undefined), [1, 2, 3], { chunkSize: 1 });
  await own.abort();
  expect(await errorOf(waiting)).toMatchObject({ ename: "CompositeError" });
  await own.purgeResults();
  expect(await rc.dbQuery({ msgId: { $in: own.history } }, ["label"])).toEqual([]);
});

test("metadata and the hub know a task by its label", async () => {
  const result = view.withFlags({ label: "named" }).apply(() => me);
  await result;
  expect(result.metadata.label).toBe("named");
  const rows = await rc.dbQuery({ label: "named" }, ["label"]);
  expect(rows).toEqual([{ msgId: result.msgIds[0], label: "named" }]);
});
