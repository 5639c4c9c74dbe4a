import { expect, test, vi } from "vitest";
import { CanningError } from "../../../canning/canning-error.ts";
import { Client } from "../../../client/client.ts";
import { RemoteError } from "../../../client/errors/remote-error.ts";
import { parallel, remote } from "../../../client/functions/remote.ts";
import { type Host, installHost } from "../../../protocol/host.ts";
import { MemoryCluster } from "../../support/memory-cluster.ts";

async function setUp(engines: number) {
  const cluster = new MemoryCluster(engines);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  const hold = () => {
    for (const engine of cluster.engines) engine.isHeld = true;
  };
  return { cluster, rc, view: rc.view(), hold };
}

const numbers = (length: number) => Array.from({ length }, (_, i) => i);

test("variables are got and updated under the names of dictionaries", async () => {
  const { view } = await setUp(2);
  await view.update({ a: ["foo", "bar"], b: 1 });
  expect(await view.get("a")).toEqual([
    ["foo", "bar"],
    ["foo", "bar"],
  ]);
  expect(await view.get<[unknown, number]>(["a", "b"], { targets: 1 })).toEqual([["foo", "bar"], 1]);
});

test("round robin deals elements like cards, and takes them up again", async () => {
  const { cluster, view } = await setUp(3);
  await view.scatter("x", numbers(7), { dist: "roundRobin" });
  expect(cluster.engines.map(({ variables }) => variables.get("x"))).toEqual([
    [0, 3, 6],
    [1, 4],
    [2, 5],
  ]);
  expect(await view.gather("x", { dist: "roundRobin" })).toEqual(numbers(7));
});

test("scattered flat, single elements come bare, and gather takes them as they are", async () => {
  const { cluster, view } = await setUp(2);
  await view.scatter("id", ["a", "b"], { flatten: true });
  expect(cluster.engines.map(({ variables }) => variables.get("id"))).toEqual(["a", "b"]);
  expect(await view.gather("id")).toEqual(["a", "b"]);
  await view.scatter("id", ["a", "b"]);
  expect(cluster.engine(1).variables.get("id")).toEqual(["b"]);
});

test("a gathered sequence gives its elements to a loop", async () => {
  const { view } = await setUp(2);
  await view.scatter("x", new Uint8Array([1, 2, 3]));
  const seen: unknown[] = [];
  for await (const element of view.gather("x")) seen.push(element);
  expect(seen).toEqual([1, 2, 3]);
});

test("an engine for which nothing is left gets an empty part, but no call", async () => {
  const { cluster, view } = await setUp(3);
  await view.scatter("x", new Float32Array(2));
  expect(cluster.engine(2).variables.get("x")).toEqual(new Float32Array());
  expect(await view.map((x) => x, [1, 2])).toEqual([1, 2]);
  expect(cluster.engines.map(({ received }) => received.length)).toEqual([2, 2, 1]);
});

test("a map deals elements as it is told, over several sequences and on engines of its own", async () => {
  const { cluster, view } = await setUp(3);
  const sums = view.map((a, b) => a + b, numbers(5), new Float64Array([10, 20, 30, 40, 50]), {
    dist: "roundRobin",
    targets: [0, 2],
  });
  expect(await sums).toEqual([10, 21, 32, 43, 54]);
  expect([sums.length, sums.progress]).toEqual([5, 5]);
  expect(cluster.engine(1).received).toEqual([]);
});

test("a map keeps errors in the places of results when asked to", async () => {
  const { view } = await setUp(2);
  const half = (n: number) => {
    if (n % 2 === 1) throw new RangeError(`${n} is odd`);
    return n / 2;
  };
  const halves = await view.map(half, numbers(5), { returnErrors: true, dist: "roundRobin" });
  expect(halves.map((value) => (value instanceof RemoteError ? value.message : value))).toEqual([
    0,
    "[1:apply]: RangeError: 1 is odd",
    1,
    "[1:apply]: RangeError: 3 is odd",
    2,
  ]);
});

test("a map that need not keep order gives what comes first", async () => {
  const { cluster, view, hold } = await setUp(2);
  hold();
  const map = view.map((x) => x * 10, numbers(4), { ordered: false });
  const first = map[Symbol.asyncIterator]().next();
  await expect.poll(() => cluster.engines.map(({ received }) => received.length)).toEqual([1, 1]);
  for (const engine of cluster.engines.toReversed())
    for (const request of engine.received) await cluster.answer(engine, request);
  expect(await first).toEqual({ done: false, value: 20 });
  expect(await map).toEqual([0, 10, 20, 30]);
});

test("a parallel function gets parts of whole sequences and its results are joined", async () => {
  const { view } = await setUp(2);
  const product = view.parallel(function product(a: number[], b: number[]) {
    return a.map((x, i) => x * (b[i] ?? 0));
  });
  expect([product.name, await product([1, 2, 3], [4, 5, 6])]).toEqual(["product", [4, 10, 18]]);
  expect(() => product([1], [1, 2])).toThrow("The sequences of a map differ in length: 1, 2.");
  expect(await product([], [])).toEqual([]);
  const typed = parallel(view, { dist: "roundRobin" })((part: Int8Array) => part.map((x) => -x));
  expect(await typed(new Int8Array([1, 2, 3]))).toEqual(new Int8Array([-1, -2, -3]));
});

test("a remote function takes the targets that its view has by then; flags are the function's own", async () => {
  const { cluster, view } = await setUp(2);
  const area = view.remote((width: number, height: number) => width * height);
  expect(await area(2, 3)).toEqual([6, 6]);
  view.targets = 1;
  expect(await area(2, 3)).toBe(6);
  const labelled = remote(view, { targets: 0, label: "area" })((x: number) => x);
  const result = labelled(5);
  expect([await result, result.metadata.label]).toEqual([5, "area"]);
  expect(cluster.engine(0).received).toHaveLength(2);
});

test("a reduction combines blocks there and the engines' values here", async () => {
  const { view } = await setUp(3);
  const text = (left: string, right: string) => left + right;
  expect(await view.reduce(text, "parallel")).toBe("parallel");
  expect(await view.reduce(text, [], { initial: "nothing" })).toBe("nothing");
  expect(await view.reduce(text, ["b"], { initial: "a" })).toBe("ab");
  expect(() => view.reduce(text, [])).toThrow(
    new TypeError("Nothing to reduce: the sequence is empty. Give { initial } for that case."),
  );
});

test("an imap gives each engine its turn, with errors in place when asked to", async () => {
  const { cluster, view } = await setUp(2);
  const seen: unknown[] = [];
  const odd = (n: number) => {
    if (n === 2) throw new RangeError("two");
    return n;
  };
  for await (const value of view.imap(odd, numbers(4), { returnErrors: true })) seen.push(value);
  expect(seen.map((value) => (value instanceof Error ? value.message : value))).toEqual([
    0,
    1,
    "[0:apply]: RangeError: two",
    3,
  ]);
  expect(cluster.engines.map(({ received }) => received.length)).toEqual([2, 2]);
});

test("a view knows what it has sent, and waits for that", async () => {
  const { cluster, rc, view, hold } = await setUp(2);
  await rc.view(0).apply(() => "other view");
  hold();
  const first = view.apply(() => 1);
  const second = view.push({ a: 1 }, { targets: 0 });
  expect(view.history).toEqual([...first.msgIds, ...second.msgIds]);
  expect(view.outstanding).toEqual(view.history);
  expect(await view.wait([first, second.msgIds[0] ?? "", -1], { timeoutMs: 1 })).toBe(false);
  const waiting = view.wait();
  for (const engine of cluster.engines)
    for (const request of engine.received.slice(engine.id === 0 ? 1 : 0)) await cluster.answer(engine, request);
  expect([await waiting, view.outstanding]).toEqual([true, []]);
  expect([...view.results.values()]).toEqual(expect.arrayContaining([1, 1, undefined]));
  expect(await view.getResult<undefined>()).toBeUndefined();
  expect(await view.getResult<number>(view.history.slice(0, 2))).toEqual([1, 1]);
});

test("controls and questions are about the view's engines, unless told otherwise", async () => {
  const { cluster, rc } = await setUp(3);
  const view = rc.view([0, 2]);
  await view.clear();
  await view.clear({ targets: 1 });
  await view.shutdown();
  expect(cluster.controls).toEqual([
    "clear_request 0",
    "clear_request 2",
    "clear_request 1",
    "shutdown_request 0",
    "shutdown_request 2",
  ]);
  const asked: unknown[] = [];
  for (const type of ["queue_request", "purge_request"])
    cluster.answers.set(type, (content) => {
      asked.push(content);
      return { content: { status: "ok" } };
    });
  await view.queueStatus();
  await view.purgeResults();
  expect(asked).toMatchObject([{ targets: [0, 2] }, { engine_ids: [0, 2] }]);
});

test("a label that is taken back is gone, other flags stay", async () => {
  const { view } = await setUp(1);
  const labelled = view.withFlags({ label: "mine", block: true });
  const plain = labelled.withFlags({ label: undefined });
  const results = [labelled.apply(() => 1), plain.apply(() => 1), labelled.withFlags({ targets: [0] }).apply(() => 1)];
  expect(results.map(({ metadata }) => metadata[0]?.label)).toEqual(["mine", undefined, "mine"]);
  expect(plain.block).toBe(true);
});

test("imports say what they import; in a notebook they become its variables", async () => {
  const { cluster, view } = await setUp(2);
  const log = vi.spyOn(console, "log").mockReturnValue();
  const os = await import("node:os");
  expect(await view.imports({ os: "node:os", EOL: ["node:os", "EOL"], all: ["node:os", "*"] })).toEqual({
    os: os.default,
    EOL: os.EOL,
    all: os,
  });
  expect(log.mock.calls.flat()).toEqual([
    "importing node:os on engine(s)",
    "importing EOL from node:os on engine(s)",
    "importing * from node:os on engine(s)",
  ]);
  log.mockClear();
  const set = vi.fn<(name: string, value: unknown) => void>();
  installHost({ kind: "kernel", variables: { has: () => false, get: () => undefined, set } } as unknown as Host);
  await view.imports({ path: "node:path" }, { quiet: true, targets: 0 });
  installHost(undefined as unknown as Host);
  expect([log.mock.calls, set.mock.calls.map(([name]) => name)]).toEqual([[], ["path"]]);
  log.mockRestore();
  expect(cluster.engines.map(({ received }) => received.map(({ content }) => content["code"]))).toEqual([
    [
      'import { "default" as os } from "node:os"; void os;\nimport { "EOL" as EOL } from "node:os"; void EOL;\nimport * as all from "node:os"; void all;',
      'import { "default" as path } from "node:path"; void path;',
    ],
    [
      'import { "default" as os } from "node:os"; void os;\nimport { "EOL" as EOL } from "node:os"; void EOL;\nimport * as all from "node:os"; void all;',
    ],
  ]);
  await expect(view.imports({ x: ["node:os", "nothing"] })).rejects.toThrow(
    new SyntaxError('The module "node:os" does not export "nothing".'),
  );
});

test("what cannot travel to one engine is sent to none", async () => {
  const { cluster, view } = await setUp(2);
  expect(() => view.scatter("x", [1, new WeakMap()])).toThrow(CanningError);
  expect([view.history, cluster.engines.map(({ received }) => received.length)]).toEqual([[], [0, 0]]);
});

test("views end their own engines where a target is given as undefined", async () => {
  const { cluster, rc } = await setUp(2);
  const options: object = { targets: undefined };
  await rc.view(1).shutdown(options);
  await rc.loadBalancedView([1]).shutdown(options);
  expect(cluster.controls).toEqual(["shutdown_request 1", "shutdown_request 1"]);
});

test("chunks and calls under way are counted in whole numbers", async () => {
  const { rc } = await setUp(1);
  const view = rc.loadBalancedView();
  expect(() => view.map((x) => x, [1, 2, 3], { chunkSize: 1.5 })).toThrow(
    new RangeError("chunkSize is 1.5: give a whole number, 1 or more."),
  );
  expect(await view.map((x) => x, [1, 2, 3], { chunkSize: Infinity, maxOutstanding: Infinity })).toEqual([1, 2, 3]);
});
