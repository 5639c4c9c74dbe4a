import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const engines = 64;
const clients = 8;
const tasks = 200_000;
const perClient = tasks / clients;
/** Tasks that one client has under way at a time. */
const windowLength = 64;
const mostMegabytes = 150;
/** The second half of the tasks may add so much: garbage that is not collected yet. */
const mostGrowthMegabytes = 15;

test("200,000 tasks of 8 clients run once each on 64 engines, in level memory", async () => {
  await using running = await RunningCluster.start({ engines });
  const connections = await Promise.all(Array.from({ length: clients }, () => running.connect()));
  const [rc] = connections;
  const controller = running.cluster.processes().find(({ role }) => role === "controller")?.process.record.pid;
  if (!rc || controller === undefined) throw new Error("There is no client or no controller.");
  await rc.view().execute("var runs = 0;");
  const before = await completed(rc);

  await Promise.all(connections.map((client, at) => runTasks(client, at * perClient, perClient / 2)));
  const half = await residentMegabytes(controller);
  await Promise.all(connections.map((client, at) => runTasks(client, at * perClient + perClient / 2, perClient / 2)));
  const whole = await residentMegabytes(controller);

  expect(await completed(rc)).toBe(before + tasks);
  expect(await rc.queueStatus()).toMatchObject({ unassigned: 0 });
  const runs = (await rc.view().pull("runs")) as readonly number[];
  expect(runs.reduce((sum, count) => sum + count, 0)).toBe(tasks);
  expect(whole).toBeLessThan(mostMegabytes);
  expect(whole - half).toBeLessThan(mostGrowthMegabytes);
});

/** Runs the tasks `from`, `from + 1`, … and checks that each gives its own result. */
async function runTasks(client: Client, from: number, count: number): Promise<void> {
  const view = client.loadBalancedView();
  let next = from;
  const lane = async () => {
    while (next < from + count) {
      const task = next++;
      const result = await view.apply((i: number) => {
        (globalThis as unknown as { runs: number }).runs++;
        return i;
      }, task);
      if (result !== task) throw new Error(`Task ${task} gave ${result}.`);
    }
  };
  await Promise.all(Array.from({ length: windowLength }, lane));
}

/** Requests and tasks that all engines have finished, as the hub counts. */
async function completed(client: Client): Promise<number> {
  const { engines } = await client.queueStatus();
  return Object.values(engines).reduce((sum, engine) => sum + engine.completed, 0);
}

async function residentMegabytes(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
  return Number(stdout) / 1024;
}
