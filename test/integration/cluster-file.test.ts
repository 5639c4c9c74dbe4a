import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, expect, test } from "vitest";
import { readClusterFile } from "../../cluster/cluster-file.ts";

const folder = mkdtempSync(join(tmpdir(), "tsp-cluster-file-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file 20 ms after it was told to, whatever the thread of the test is doing. */
const lateWriter = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { writeFileSync } = require("node:fs");
  parentPort.once("message", () => setTimeout(() => writeFileSync(workerData.path, workerData.text), 20));
  parentPort.postMessage("ready");
`;

test("a cluster file that another program is just writing is read when it is whole", async () => {
  const path = join(folder, "cluster-.json");
  const text = JSON.stringify({ cluster: { cluster_id: "", profile_dir: folder } });
  const worker = new Worker(lateWriter, { eval: true, workerData: { path, text } });
  await new Promise((resolve) => worker.once("message", resolve));
  writeFileSync(path, text.slice(0, 20));
  worker.postMessage("write");
  expect(readClusterFile(path)?.cluster.profile_dir).toBe(folder);
  await worker.terminate();
});

test("a cluster file that stays cut short is refused by name", () => {
  const path = join(folder, "cluster-cut.json");
  writeFileSync(path, "");
  expect(() => readClusterFile(path)).toThrow(`${path} is not JSON. Delete it`);
});
