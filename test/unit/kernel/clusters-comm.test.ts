import { expect, test } from "vitest";
import type { Clusters } from "../../../kernel/clusters/clusters.ts";
import { ClustersComm } from "../../../kernel/clusters-comm.ts";
import type { ClusterRow } from "../../../protocol/clusters-rpc.ts";
import type { JsonObject } from "../../../protocol/json.ts";

const stopped: ClusterRow = { id: "default", profile: "default", clusterId: "", state: "stopped", engines: 0 };
const running = (engines: number): ClusterRow => ({ ...stopped, state: "running", engines });
const withState = (state: ClusterRow["state"], problem?: string): ClusterRow =>
  problem === undefined ? { ...stopped, state } : { ...stopped, state, problem };

/** Clusters in memory; a start or stop lasts until `proceed`, when it happens or fails. */
class FakeClusters implements Clusters {
  rows: ClusterRow[] = [stopped];
  calls: string[] = [];
  watchers = 0;
  #changed: () => void = () => undefined;
  #proceed: ((failure?: Error) => void) | undefined;

  list = () => Promise.resolve(this.rows);

  async start(id: string, n: number, signal: AbortSignal): Promise<void> {
    this.calls.push(`start ${id} ${n}`);
    await this.#permission(signal);
    this.rows = [running(n)];
  }

  async stop(id: string): Promise<void> {
    this.calls.push(`stop ${id}`);
    await this.#permission();
    this.rows = [stopped];
  }

  #permission(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error));
      this.#proceed = (failure) => (failure ? reject(failure) : resolve());
    });
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    this.watchers++;
    this.#changed = changed;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    this.watchers--;
  }

  /** Another program did something to the files. */
  becomes(...rows: ClusterRow[]): void {
    this.rows = rows;
    this.#changed();
  }

  proceed(failure?: Error): void {
    this.#proceed?.(failure);
  }
}

/** A panel at the other end of a comm. */
class FakePanel {
  received: JsonObject[] = [];
  readonly id: string;
  readonly comm: ClustersComm;
  #wake: () => void = () => undefined;

  constructor(comm: ClustersComm, id = "panel") {
    this.id = id;
    this.comm = comm;
    comm.open(id, (message) => {
      this.received.push(message);
      this.#wake();
    });
  }

  request(id: number, method: string, params: JsonObject = {}): void {
    this.comm.message(this.id, { jsonrpc: "2.0", id, method, params });
  }

  /** Takes the next message. */
  async next(): Promise<JsonObject> {
    while (this.received.length === 0)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.received.shift() as JsonObject;
  }

  /** Takes messages until each of these has come, in whatever order and with whatever between. */
  async until(...wanted: object[]): Promise<void> {
    const missing = new Set(wanted.map((message) => JSON.stringify(message)));
    while (missing.size > 0) missing.delete(JSON.stringify(await this.next()));
  }
}

const changed = (...clusters: ClusterRow[]) => ({ jsonrpc: "2.0", method: "changed", params: { clusters } });
const result = (id: number, value: unknown) => ({ jsonrpc: "2.0", id, result: value });
const failure = (id: number, code: number, message: string) => ({ jsonrpc: "2.0", id, error: { code, message } });

function panelOn(options: { now?: () => number } = {}) {
  const clusters = new FakeClusters();
  const comm = new ClustersComm({ clusters, ...options });
  return { clusters, comm, panel: new FakePanel(comm) };
}

test("a panel that asks gets the clusters", async () => {
  const { panel } = panelOn();
  panel.request(1, "list");
  expect(await panel.next()).toEqual(result(1, [stopped]));
});

test("a start is pushed as starting, then as running, and answered when it is done", async () => {
  const { clusters, panel } = panelOn();
  panel.request(1, "start", { id: "default", n: 2 });
  expect(await panel.next()).toEqual(changed(withState("starting")));
  clusters.proceed();
  await panel.until(changed(running(2)), result(1, running(2)));
  expect(clusters.calls).toEqual(["start default 2"]);
});

test("every open panel is pushed what one of them does", async () => {
  const { clusters, comm, panel } = panelOn();
  const other = new FakePanel(comm, "other");
  clusters.rows = [running(2)];
  panel.request(1, "stop", { id: "default" });
  expect(await other.next()).toEqual(changed({ ...running(2), state: "stopping" }));
  clusters.proceed();
  expect(await other.next()).toEqual(changed(stopped));
});

test("what other programs do is pushed, once a change", async () => {
  const { clusters, panel } = panelOn();
  clusters.becomes(running(1));
  expect(await panel.next()).toEqual(changed(running(1)));
  clusters.becomes(running(1));
  clusters.becomes(running(3));
  expect(await panel.next()).toEqual(changed(running(3)));
});

test("a failed start leaves a row that says why, until the next try", async () => {
  const { clusters, panel } = panelOn();
  panel.request(1, "start", { id: "default", n: 2 });
  await panel.next();
  clusters.proceed(new Error("The controller ended before it was ready: port 10101 is taken."));
  const problem = "The controller ended before it was ready: port 10101 is taken.";
  await panel.until(changed(withState("error", problem)), failure(1, -32_000, problem));

  panel.request(2, "start", { id: "default", n: 2 });
  expect(await panel.next()).toEqual(changed(withState("starting")));
});

test("a row in error shows as running when another program has started the cluster", async () => {
  const { clusters, panel } = panelOn();
  panel.request(1, "start", { id: "default", n: 2 });
  await panel.next();
  clusters.proceed(new Error("no"));
  await panel.next();
  await panel.next();
  clusters.becomes(running(4));
  expect(await panel.next()).toEqual(changed(running(4)));
});

test("a failed stop is forgotten when the cluster has ended all the same", async () => {
  const { clusters, panel } = panelOn();
  clusters.rows = [running(2)];
  panel.request(1, "stop", { id: "default" });
  await panel.next();
  clusters.proceed(new Error("cluster-.json is not JSON."));
  await panel.until(
    failure(1, -32_000, "cluster-.json is not JSON."),
    changed({ ...running(2), state: "error", problem: "cluster-.json is not JSON." }),
  );
  clusters.becomes(stopped);
  expect(await panel.next()).toEqual(changed(stopped));
});

test("what a crash left over is stopped before a new start", async () => {
  const { clusters, panel } = panelOn();
  clusters.rows = [withState("error", "The controller died; 2 engines are left.")];
  panel.request(1, "start", { id: "default", n: 2 });
  expect(await panel.next()).toEqual(changed(withState("starting")));
  expect(clusters.calls).toEqual(["stop default"]);
  clusters.proceed();
  while (clusters.calls.length < 2) await Promise.resolve();
  clusters.proceed();
  await panel.until(result(1, running(2)));
  expect(clusters.calls).toEqual(["stop default", "start default 2"]);
});

test("a stop cuts a start short", async () => {
  const { clusters, panel } = panelOn();
  panel.request(1, "start", { id: "default", n: 2 });
  expect(await panel.next()).toEqual(changed(withState("starting")));
  panel.request(2, "stop", { id: "default" });
  expect(await panel.next()).toEqual(changed(withState("stopping")));
  await panel.until(result(1, withState("stopping")));
  clusters.proceed();
  await panel.until(result(2, stopped), changed(stopped));
  expect(clusters.calls).toEqual(["start default 2", "stop default"]);
});

test("a second start of the same cluster is refused and changes nothing", async () => {
  const { clusters, panel } = panelOn();
  panel.request(1, "start", { id: "default", n: 2 });
  await panel.next();
  panel.request(2, "start", { id: "default", n: 2 });
  expect(await panel.next()).toEqual(failure(2, -32_000, "default is starting already."));
  clusters.proceed();
  await panel.until(result(1, running(2)));
});

test("a start of a running cluster is refused without a row in error", async () => {
  const { clusters, panel } = panelOn();
  clusters.rows = [running(4)];
  panel.request(1, "start", { id: "default", n: 2 });
  await panel.until(failure(1, -32_000, "default is running already, with 4 engines."), changed(running(4)));
});

test("requests that are wrong are refused by name", async () => {
  const { clusters, panel } = panelOn();
  panel.request(1, "explode");
  panel.request(2, "start", { id: "default", n: 0 });
  panel.request(3, "stop", { id: "../../etc" });
  panel.comm.message(panel.id, { id: 4, method: "list" });
  panel.comm.message(panel.id, "nonsense");
  const codes: unknown[] = [];
  const words: string[] = [];
  for (let id = 1; id <= 4; id++) {
    const { error } = (await panel.next()) as { error: { code: number; message: string } };
    codes.push(error.code);
    words.push(error.message);
  }
  expect(codes).toEqual([-32_601, -32_602, -32_602, -32_600]);
  expect(words).toEqual([
    "The Clusters kernel has no method explode. Are panel and kernel of one version?",
    "start: n: Too small: expected number to be >=1.",
    "stop: id: is no cluster's name.",
    "This is no JSON-RPC 2.0 request.",
  ]);
  expect(clusters.calls).toEqual([]);
});

test("a panel that has been silent for long is not pushed to until it speaks again", async () => {
  let nowMs = 0;
  const { clusters, comm, panel } = panelOn({ now: () => nowMs });
  nowMs = 11 * 60_000;
  const other = new FakePanel(comm, "other");
  clusters.becomes(running(1));
  await other.next();
  expect(panel.received).toEqual([]);

  panel.request(1, "list");
  await panel.next();
  clusters.becomes(running(2));
  expect(await panel.next()).toEqual(changed(running(2)));
});

test("a panel whose way is gone is dropped; the others go on", async () => {
  const { clusters, comm, panel } = panelOn();
  comm.open("gone", () => {
    throw new Error("socket closed");
  });
  clusters.becomes(running(1));
  expect(await panel.next()).toEqual(changed(running(1)));
  clusters.becomes(running(2));
  expect(await panel.next()).toEqual(changed(running(2)));
});

test("the disk is watched only while a panel is open", async () => {
  const { clusters, comm, panel } = panelOn();
  expect(clusters.watchers).toBe(1);
  comm.close(panel.id);
  await comm[Symbol.asyncDispose]();
  expect(clusters.watchers).toBe(0);
  const again = new FakePanel(comm);
  expect(clusters.watchers).toBe(1);
  clusters.becomes(running(1));
  expect(await again.next()).toEqual(changed(running(1)));
});
