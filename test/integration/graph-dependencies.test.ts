import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { depend } from "../../client/dependencies/depend.ts";
import { Dependency } from "../../client/dependencies/dependency.ts";
import {
  DependencyTimeout,
  ImpossibleDependency,
  InvalidDependency,
  UnmetDependency,
} from "../../client/errors/failures.ts";
import type { RemoteError } from "../../client/errors/remote-error.ts";
import type { LoadBalancedView } from "../../client/load-balanced-view.ts";
import type { TaskFlags } from "../../client/options/task-flags.ts";
import type { AsyncResult } from "../../client/results/async-result.ts";
import { RunningCluster } from "../support/running-cluster.ts";

/** For each node the nodes that it comes after; these have smaller numbers. */
type Graph = readonly (readonly number[])[];

/** The manual's: 1 and 2 come after 0, 3 after both, 4 after 1. */
const fiveNodes: Graph = [[], [0], [0], [1, 2], [1]];

const timeoutMs = 15_000;
let running: RunningCluster;
let rc: Client;
let view: LoadBalancedView;

beforeAll(async () => {
  running = await RunningCluster.start({ engines: 3 });
  rc = await running.connect();
  view = rc.loadBalancedView();
});
afterAll(() => running[Symbol.asyncDispose]());

const pid = (): number => process.pid;
const fail = (): never => {
  throw new RangeError("wanted");
};
const withFlags = (flags: TaskFlags): AsyncResult<number, "one"> => view.withFlags(flags).apply(pid);
const errorOf = async (result: AsyncResult<unknown>): Promise<unknown> =>
  result.get({ timeoutMs }).catch((error: unknown) => error);

function submit(graph: Graph, run: (node: number) => () => unknown): AsyncResult<unknown, "one">[] {
  const results: AsyncResult<unknown, "one">[] = [];
  for (const [node, before] of graph.entries()) {
    const after = before.flatMap((earlier) => results[earlier] ?? []);
    results.push(view.withFlags({ after }).apply(run(node)));
  }
  return results;
}

/** Nodes that began before one that they come after was done. */
async function disorder(graph: Graph, results: readonly AsyncResult<unknown, "one">[]): Promise<string[]> {
  await Promise.all(results.map((result) => result.get({ timeoutMs })));
  const times = results.map(({ metadata }) => ({ begun: metadata.started, done: metadata.completed }));
  return graph.flatMap((before, node) =>
    before
      .filter((earlier) => !(Number(times[node]?.begun) >= Number(times[earlier]?.done)))
      .map((earlier) => `${node} before ${earlier}`),
  );
}

test("the manual's five nodes run in order", async () => {
  expect(
    await disorder(
      fiveNodes,
      submit(fiveNodes, () => pid),
    ),
  ).toEqual([]);
});

test.each([
  { broken: 0, lost: [1, 2, 3, 4] },
  { broken: 1, lost: [3, 4] },
  { broken: 2, lost: [3] },
  { broken: 3, lost: [] },
  { broken: 4, lost: [] },
])("where node $broken of the five fails, $lost become impossible and the others run", async ({ broken, lost }) => {
  const results = submit(fiveNodes, (node) => (node === broken ? fail : pid));
  const ends = await Promise.all(results.map(errorOf));
  const kinds = ends.map((end) => (typeof end === "number" ? "ran" : (end as RemoteError).ename));
  const expected = fiveNodes.map((_, node) => {
    if (node === broken) return "RangeError";
    return lost.includes(node) ? "ImpossibleDependency" : "ran";
  });
  expect(kinds).toEqual(expected);
  for (const node of lost) expect(ends[node]).toBeInstanceOf(ImpossibleDependency);
});

test("a random graph of 32 nodes and 128 edges runs in its order, by the times on record", async () => {
  const graph = randomGraph(32, 128);
  const work = () => () => new Promise((go) => setTimeout(go, 5 * Math.random()));
  expect(await disorder(graph, submit(graph, work))).toEqual([]);
});

test("an id, a result, several of either, and a Dependency say the same", async () => {
  const first = view.apply(pid);
  const second = view.apply(pid);
  const id = first.msgIds[0] ?? "";
  for (const after of [id, first, [id, second], [first, second], new Dependency([first, second])])
    expect(await withFlags({ after }).get({ timeoutMs })).toBeTypeOf("number");
});

test("what follows runs on the engine of what it follows", async () => {
  const firsts = Array.from({ length: 6 }, () => view.apply(pid));
  const followers = firsts.map((first) => withFlags({ follow: first }));
  expect(await Promise.all(followers)).toEqual(await Promise.all(firsts));
});

test("following tasks of two engines is impossible, unless one is enough", async () => {
  const [a, b] = [0, 1].map((target) => view.withFlags({ targets: target }).apply(pid));
  const both = [a, b].flatMap((each) => each ?? []);
  await Promise.all(both);
  expect(await errorOf(withFlags({ follow: both }))).toBeInstanceOf(ImpossibleDependency);
  const either = await withFlags({ follow: new Dependency(both, { all: false }) }).get({ timeoutMs });
  expect([await a, await b]).toContain(either);
});

test("success and failure count as they are asked to", async () => {
  const good = view.apply(pid);
  const bad = view.apply(fail);
  await Promise.all([good.wait(), bad.wait()]);
  const onFailure = { success: false, failure: true };
  for (const after of [
    good,
    new Dependency(bad, onFailure),
    new Dependency([good, bad], { failure: true }),
    new Dependency([good, bad], { all: false }),
  ])
    expect(await withFlags({ after }).get({ timeoutMs })).toBeTypeOf("number");
  for (const after of [
    bad,
    [good, bad],
    new Dependency(good, onFailure),
    new Dependency([good, bad], onFailure),
    new Dependency(bad, { all: false }),
  ])
    expect(await errorOf(withFlags({ after }))).toBeInstanceOf(ImpossibleDependency);
});

test("depending on a task that was never submitted is invalid, and so is one of a direct view", async () => {
  const error = await errorOf(withFlags({ after: "no-such-task" }));
  expect(error).toBeInstanceOf(InvalidDependency);
  expect(String(error)).toContain("never submitted");
  const direct = rc.view(0).apply(pid);
  await direct;
  expect(await errorOf(withFlags({ follow: direct }))).toBeInstanceOf(InvalidDependency);
});

test("who waits longer than the timeout for a dependency fails, and what runs goes on", async () => {
  const slow = view.withFlags({ targets: 0 }).apply(() => new Promise<never>(() => undefined));
  const late = withFlags({ after: slow, timeoutMs: 50 });
  expect(await errorOf(late)).toBeInstanceOf(DependencyTimeout);
  expect(slow.ready).toBe(false);
  await slow.abort();
});

test("a map whose parts were all submitted can be depended on", async () => {
  const mapped = view.map((x) => x + 1, [1, 2, 3], { chunkSize: 1 });
  const after = withFlags({ after: mapped });
  await after;
  expect(mapped.ready).toBe(true);
});

test("metadata tell what a task depended on", async () => {
  const first = view.apply(pid);
  const second = withFlags({ after: first, follow: [first], label: "second" });
  await second;
  const [row] = await rc.dbQuery({ label: "second" });
  expect(row?.msgId).toBe(second.msgIds[0]);
  expect(row?.metadata).toMatchObject({
    after: { dependencies: first.msgIds },
    follow: { dependencies: first.msgIds },
  });
});

test("the scheme pure refuses tasks that depend on others, in so many words", async () => {
  const pure = await RunningCluster.start({ engines: 1, controllerArgs: ["--scheme=pure"] });
  try {
    const tasks = (await pure.connect()).loadBalancedView();
    const first = tasks.apply(pid);
    const error = await errorOf(tasks.withFlags({ after: first }).apply(pid));
    expect(error).toBeInstanceOf(ImpossibleDependency);
    expect(String(error)).toContain("pure");
    expect(await tasks.withFlags({ label: "a" }).apply(() => 1)).toBe(1);
    const unmet = tasks.apply(depend(() => false)(pid));
    expect((await errorOf(unmet)) instanceof UnmetDependency).toBe(true);
  } finally {
    await pure[Symbol.asyncDispose]();
  }
});

function randomGraph(nodes: number, edges: number): Graph {
  const graph: Set<number>[] = Array.from({ length: nodes }, () => new Set());
  for (let left = edges; left > 0; ) {
    const [a, b] = [0, 0].map(() => Math.floor(Math.random() * nodes)) as [number, number];
    const before = graph[Math.max(a, b)];
    if (a === b || before?.has(Math.min(a, b))) continue;
    before?.add(Math.min(a, b));
    left -= 1;
  }
  return graph.map((before) => [...before]);
}
