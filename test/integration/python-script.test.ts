import { afterAll, beforeAll, expect, test } from "vitest";
import { type PythonCluster, startPythonCluster } from "../support/python-cluster.ts";

let cluster: PythonCluster;
beforeAll(async () => {
  cluster = await startPythonCluster(3);
});
afterAll(() => cluster[Symbol.asyncDispose]());

test("direct views of ipyparallel work", () => cluster.run("python_views.py", "DirectViews"));

test("broadcast views of ipyparallel work, coalescing or not", () => cluster.run("python_views.py", "BroadcastViews"));

test("maps, imap and executors of ipyparallel work", () => cluster.run("python_views.py", "BalancedMaps"));

test("dependencies, retries and timeouts of ipyparallel's tasks hold", () =>
  cluster.run("python_dependencies.py", "Dependencies"));

test("the hub answers ipyparallel's clients from memory", () => cluster.run("python_hub.py", "Hub"));

test("engines become Dask's workers and are engines again", () => cluster.run("python_dask.py", "Dask"));

test("joblib runs on the engines", () => cluster.run("python_dask.py", "Joblib"));

test("the hub answers ipyparallel's clients from SQLite", async () => {
  await using other = await startPythonCluster(3, "--sqlitedb");
  await other.run("python_hub.py", "Hub");
});

test("ipyparallel's client shuts down single engines, then everything", async () => {
  await cluster.run("python_shutdown.py", "Shutdown");
  expect(await cluster.exited).toBe(0);
});
