import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Cluster } from "../../cluster/cluster.ts";
import { parseJson } from "../../protocol/json.ts";
import { ipcluster } from "../support/ipcluster.ts";
import { waitUntil } from "../support/ipcontroller.ts";
import { killProcess } from "../support/kill-process.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const soon = (): AbortSignal => AbortSignal.timeout(20_000);

/** Makes the only engine of a cluster start itself again, as native code holds it. */
async function restartEngine(running: RunningCluster): Promise<void> {
  const rc = await running.connect();
  const result = rc.view(0).execute(`
    const { execSync } = await import("node:child_process");
    console.log("go");
    execSync("sleep 1000");
  `);
  await waitUntil(() => result.stdout.includes("go"), soon());
  await rc.interrupt();
  await waitUntil(() => result.stderr.includes("interrupt again"), soon());
  // The engine ends instead of answering.
  await rc.interrupt().catch(() => undefined);
  await waitUntil(() => rc.ids.length === 1 && rc.ids[0] === 1, soon());
}

test("an engine that started itself again is still the cluster's: it is listed, watched, and stopped with it", async () => {
  await using running = await RunningCluster.start({ engines: 1 });
  await restartEngine(running);
  const { cluster, folder } = running;
  expect(cluster.describe()).toMatchObject({ state: "running", engines: 1 });
  expect(cluster.processes().map(({ name }) => name)).toEqual(["controller", "engine 0"]);

  const status = parseJson((await ipcluster(folder, "status", "-o", "json")).stdout);
  expect(status).toMatchObject({ problems: [], engines: [{ id: 1, pid: expect.any(Number) as number }] });
  expect(status).not.toMatchObject({ engines: [{ pid: cluster.started[1]?.process.record.pid }] });

  expect(await ipcluster(folder, "stop")).toMatchObject({ code: 0 });
  await waitUntil(() => folder.processes().length === 0, soon());
});

test("without its controller it is reported as left over, and can be stopped", async () => {
  await using running = await RunningCluster.start({ engines: 1 });
  await restartEngine(running);
  const { cluster, folder } = running;
  await killProcess(cluster, "controller");
  expect(cluster.describe().problem).toContain("1 engine still runs");

  const found = await Cluster.fromFile({ ipythonDir: folder.path });
  await found.stop();
  // The `sleep` of the native code too.
  await waitUntil(() => folder.processes().length === 0, soon());
  expect(() => readFileSync(join(cluster.profileDir, "security", "cluster-.json"))).toThrow("ENOENT");
});
