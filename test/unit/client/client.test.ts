import { inspect } from "node:util";
import { expect, test } from "vitest";
import { CanningError } from "../../../canning/canning-error.ts";
import { Client } from "../../../client/client.ts";
import { CompositeError } from "../../../client/errors/composite-error.ts";
import {
  ConnectError,
  EngineError,
  NoEnginesRegistered,
  TaskAborted,
  TimeoutError,
} from "../../../client/errors/failures.ts";
import { MemoryCluster } from "../../support/memory-cluster.ts";

/** The controller is not waited for once it is away. */
const noPatience = { timeoutMs: 0, whyGone: () => undefined };

async function setUp(engines: number) {
  const cluster = new MemoryCluster(engines);
  const rc = await Client.over(cluster.channels(), cluster.clientSession(), noPatience);
  return { cluster, rc };
}

test("a client knows its engines, and follows those that come and go", async () => {
  const { cluster, rc } = await setUp(2);
  expect(rc.ids).toEqual([0, 1]);
  expect([rc, rc.view(), rc.view(1), rc.view("all"), rc.loadBalancedView()].map((shown) => inspect(shown))).toEqual([
    "<Client 2 engines>",
    "<DirectView [0, 1]>",
    "<DirectView 1>",
    "<DirectView all>",
    "<LoadBalancedView all>",
  ]);
  cluster.join(2);
  await rc.waitForEngines(3);
  cluster.lose(0);
  await expect.poll(() => rc.ids).toEqual([1, 2]);
  expect(await rc.view("all").apply(() => 1)).toEqual([1, 1]);
});

test("a function runs on each engine with what it closes over; one engine gives a value", async () => {
  const { rc } = await setUp(3);
  const k = 3;
  expect(await rc.view().apply((x) => x * k, 5)).toEqual([15, 15, 15]);
  expect(await rc.view(1).apply(async (x: number) => x * k, 6)).toBe(18);
  expect(await rc.loadBalancedView().apply((x) => x + k, 1)).toBe(4);
});

test("variables are pushed and pulled, one or several, here or there", async () => {
  const { cluster, rc } = await setUp(2);
  const view = rc.view();
  expect(await view.push({ a: 1.03234, b: 3453 })).toEqual([undefined, undefined]);
  expect(await view.pull("a")).toEqual([1.03234, 1.03234]);
  expect(await view.pull("b", { targets: 0 })).toBe(3453);
  expect(await view.pull(["a", "b"])).toEqual([
    [1.03234, 3453],
    [1.03234, 3453],
  ]);
  view.vars["c"] = new Map([["x", 1n]]);
  expect(await view.vars["c"]).toEqual([new Map([["x", 1n]]), new Map([["x", 1n]])]);
  view.targets = 1;
  view.vars["d"] = 4;
  expect([cluster.engine(0).variables.has("d"), await view.vars["d"]]).toEqual([false, 4]);
});

test("a large array goes to all engines without being copied", async () => {
  const { cluster, rc } = await setUp(2);
  const array = new Float64Array(10_000).fill(0.5);
  await rc.view().push({ array });
  const frames = cluster.engines.map(({ received }) => received[0]?.buffers[1]);
  for (const frame of frames) {
    expect(frame?.buffer).toBe(array.buffer);
    expect(frame?.byteLength).toBe(80_000);
  }
});

test("scatter gives each engine its stretch, gather puts them together", async () => {
  const { cluster, rc } = await setUp(3);
  const numbers = Array.from({ length: 16 }, (_, i) => i);
  await rc.view().scatter("x", numbers);
  expect(cluster.engines.map(({ variables }) => (variables.get("x") as number[]).length)).toEqual([6, 5, 5]);
  expect(await rc.view().gather("x")).toEqual(numbers);
  await rc.view().scatter("x", Float32Array.from(numbers));
  expect(await rc.view().gather("x")).toEqual(Float32Array.from(numbers));
});

test("maps keep the order of the elements, balanced or not, over one sequence or several", async () => {
  const { cluster, rc } = await setUp(3);
  const k = 3;
  const numbers = Array.from({ length: 500 }, (_, i) => i);
  const tripled = numbers.map((x) => x * k);
  expect(await rc.loadBalancedView().map((x) => x * k, [1, 2, 3])).toEqual([3, 6, 9]);
  expect(await rc.loadBalancedView().map((x) => x * k, numbers)).toEqual(tripled);
  expect(await rc.view().map((x) => x * k, numbers)).toEqual(tripled);
  const sums = rc.loadBalancedView().map(async (a, b) => a + b, ["a", "b"], new Set([1, 2]), { chunkSize: 1 });
  expect([await sums, sums.length, sums.progress]).toEqual([["a1", "b2"], 2, 2]);
  expect(await rc.view().map((x) => x, [])).toEqual([]);
  const before = cluster.engine(0).received.length;
  expect(await rc.view().map((x) => x, ["only"])).toEqual(["only"]);
  expect(cluster.engine(0).received.length).toBe(before + 1);
});

test("a map gives its elements while it runs", async () => {
  const { rc } = await setUp(2);
  const seen: number[] = [];
  for await (const square of rc.loadBalancedView().map((x) => x * x, [1, 2, 3, 4], { chunkSize: 2 })) seen.push(square);
  expect(seen).toEqual([1, 4, 9, 16]);
});

test("errors tell which engine; a failed map tells which elements", async () => {
  const { rc } = await setUp(2);
  const fails = (x: number) => {
    if (x === 2) throw new TypeError(`no ${x}`);
    return x;
  };
  await expect(rc.view(1).apply(fails, 2)).rejects.toThrow("[1:apply]: TypeError: no 2");
  const failed: unknown = await rc
    .view()
    .apply(fails, 2)
    .get()
    .catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(CompositeError);
  expect((failed as CompositeError).elist.map(({ engine, ename }) => [engine, ename])).toEqual([
    [0, "TypeError"],
    [1, "TypeError"],
  ]);
  await expect(rc.loadBalancedView().map(fails, [1, 2, 3])).rejects.toThrow(CompositeError);
});

test("what cannot travel is refused before anything is sent", async () => {
  const { cluster, rc } = await setUp(1);
  expect(() => rc.view().apply(fetch.bind(undefined), "x")).toThrow(CanningError);
  expect(() => rc.view().push({ a: new WeakMap() })).toThrow(CanningError);
  expect(cluster.engine(0).received).toEqual([]);
  expect(rc.outstanding).toEqual([]);
});

test("an engine that dies fails what it holds with EngineError, and only that", async () => {
  const { cluster, rc } = await setUp(2);
  for (const engine of cluster.engines) engine.isHeld = true;
  const result = rc.view().apply(() => 1);
  const single = rc.view(1).apply(() => 2);
  await expect.poll(() => cluster.engine(0).received.length).toBe(1);
  const [first] = cluster.engine(0).received;
  if (first) await cluster.answer(cluster.engine(0), first);
  const { uuid } = cluster.engine(1);
  cluster.lose(1);
  await expect(single).rejects.toThrow(EngineError);
  await expect(single).rejects.toThrow(`engine 1 (${uuid}) died while running task`);
  const error = (await result.get().catch((reason: unknown) => reason)) as CompositeError;
  expect(error.elist.map(({ name, engine }) => [name, engine])).toEqual([["EngineError", 1]]);
  expect(result.metadata.map(({ status }) => status)).toEqual(["ok", "error"]);
  expect(() => rc.view(1)).toThrow(RangeError);
});

test("output is collected by request; that of other clients is not even parsed", async () => {
  const { cluster, rc } = await setUp(1);
  const engine = cluster.engine(0);
  engine.isHeld = true;
  const result = rc.view(0).execute("console.log('hi'); 42");
  await expect.poll(() => engine.received.length).toBe(1);
  const [request] = engine.received;
  if (!request) throw new Error("The request has come.");
  const foreign = { ...request, header: { ...request.header, session: "somebody", msg_id: "somebody_1" } };
  cluster.publish(engine, foreign, "stream", { content: { name: "stdout", text: "not ours" } });
  cluster.publish(engine, request, "stream", { content: { name: "stdout", text: "hi\n" } });
  const data = { "text/plain": "42", "text/html": "<b>42</b>" };
  cluster.publish(engine, request, "execute_result", { content: { execution_count: 1, data, metadata: {} } });
  await cluster.answer(engine, request, true);
  cluster.publish(engine, request, "status", { content: { execution_state: "idle" } });
  const reply = await result;
  expect([result.stdout, reply.text, reply.engineId, reply.result?.data]).toEqual(["hi\n", "42", 0, data]);
  expect(inspect(reply)).toBe("<ExecuteReply[1]: 42>");
  expect(request.metadata["lean"]).toBe(true);
});

test("an abort tells the engine of its own requests, and every engine of tasks", async () => {
  const { cluster, rc } = await setUp(2);
  const done = rc.view(1).apply(() => 1);
  await done;
  await done.abort();
  expect(cluster.controls).toEqual([]);
  const direct = rc.view(1).apply(() => new Promise<void>(() => {}));
  const task = rc.loadBalancedView().apply(() => new Promise<void>(() => {}));
  await rc.abort([direct, task]);
  expect(cluster.controls.sort()).toEqual(["abort_request 0", "abort_request 1", "abort_request 1"]);
});

test("control requests go to the engines meant, and one that dies is as good as told", async () => {
  const { cluster, rc } = await setUp(2);
  await rc.clear();
  await rc.interrupt(1);
  expect(cluster.controls).toEqual(["clear_request 0", "clear_request 1", "signal_request 1"]);
  cluster.engine(1).isHeld = true;
  const told = rc.shutdown({ targets: 1 });
  cluster.lose(1);
  await told;
});

test("a client that shuts the controller down is told so by the notice alone, and says later why nothing can be sent", async () => {
  const { rc } = await setUp(1);
  const view = rc.view();
  await rc.shutdown({ hub: true });
  const gone = "There is no connection any more: the controller has shut down.";
  expect(() => rc.view()).toThrow(new ConnectError(gone));
  expect(() => view.apply(() => 1)).toThrow(new ConnectError(gone));
  await expect(rc.hubHistory()).rejects.toThrow(gone);
});

test("the queue status is told by engine", async () => {
  const { rc } = await setUp(1);
  expect(await rc.queueStatus()).toEqual({ engines: { 0: { queue: 1, completed: 2, tasks: 3 } }, unassigned: 4 });
});

test("waiting for engines ends in time, and when the signal says so", async () => {
  const { rc } = await setUp(1);
  await expect(rc.waitForEngines(2, { timeoutMs: 5 })).rejects.toThrow(
    new TimeoutError("Only 1 of 2 engines have registered after 0.005 s."),
  );
  await expect(rc.waitForEngines(2, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
});

test("closing fails what is outstanding, and nothing can be sent after it", async () => {
  const { cluster, rc } = await setUp(1);
  cluster.engine(0).isHeld = true;
  const result = rc.view(0).apply(() => 1);
  const waiting = rc.waitForEngines(5);
  await rc.close();
  await expect(result).rejects.toThrow(TaskAborted);
  await expect(result).rejects.toThrow("the client was closed");
  await expect(waiting).rejects.toThrow(ConnectError);
  expect(() => rc.view(0).apply(() => 1)).toThrow(
    new ConnectError("There is no connection any more: the client was closed."),
  );
  await rc.close();
});

test.each([
  ["that shuts down", "the controller has shut down", (cluster: MemoryCluster) => cluster.shutDown()],
  [
    "that dies for good",
    "the connection to the controller broke",
    (cluster: MemoryCluster) => cluster.breakConnection(),
  ],
])("a controller %s fails what is outstanding", async (_, reason, end) => {
  const { cluster, rc } = await setUp(1);
  cluster.engine(0).isHeld = true;
  const result = rc.loadBalancedView().apply(() => 1);
  end(cluster);
  await expect(result).rejects.toThrow(reason);
  expect(() => rc.view(0).apply(() => 1)).toThrow(ConnectError);
});

test("without engines there is nothing to send to", async () => {
  const { rc } = await setUp(0);
  expect(() => rc.view()).toThrow(NoEnginesRegistered);
  expect(() => rc.view("all").apply(() => 1)).toThrow(NoEnginesRegistered);
  expect(await rc.queueStatus()).toEqual({ engines: {}, unassigned: 4 });
});
