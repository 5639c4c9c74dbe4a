import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const clients = 8;
/** Tasks that one client has under way at a time. */
const windowLength = 64;
/** The second half of the tasks may add so much: garbage that is not collected yet. */
const mostGrowthMegabytes = 15;

test("200,000 tasks of 8 clients run once each on 64 engines, in level memory", async () => {
  const tasks = 200_000;
  await using running = await RunningCluster.start({ engines: 64 });
  const load = await Load.start(running);

  await load.run(0, tasks / 2);
  const half = await load.controllerMegabytes();
  await load.run(tasks / 2, tasks / 2);
  const whole = await load.controllerMegabytes();

  expect(await load.counts()).toEqual({ run: tasks, completed: tasks, unassigned: 0 });
  // The database in memory keeps the last 1024, or a tenth less when it has just made room.
  const recorded = await load.rc.dbQuery({}, ["completed"]);
  expect(recorded.length).toBeGreaterThan(900);
  expect(recorded.filter(({ completed }) => !completed)).toEqual([]);
  expect(whole).toBeLessThan(150);
  expect(whole - half).toBeLessThan(mostGrowthMegabytes);
});

test("what clients counted, hub and database count as well", async () => {
  const tasks = 20_000;
  await using running = await RunningCluster.start({ engines: 16, controllerArgs: ["--sqlitedb"] });
  const load = await Load.start(running);

  await load.run(0, tasks);

  expect(await load.counts()).toEqual({ run: tasks, completed: tasks, unassigned: 0 });
  const recorded = await load.rc.dbQuery({ queue: "task" }, ["completed"]);
  expect(new Set(recorded.map(({ msgId }) => msgId)).size).toBe(tasks);
  expect(recorded.filter(({ completed }) => !completed)).toEqual([]);
});

/** Eight clients that keep a cluster busy. */
class Load {
  readonly rc: Client;
  readonly #clients: readonly Client[];
  readonly #controller: number;
  /** What the hub had counted before. */
  readonly #before: number;

  private constructor(rc: Client, all: readonly Client[], controller: number, before: number) {
    this.rc = rc;
    this.#clients = all;
    this.#controller = controller;
    this.#before = before;
  }

  static async start(running: RunningCluster): Promise<Load> {
    const all = await Promise.all(Array.from({ length: clients }, () => running.connect()));
    const [rc] = all;
    const controller = running.cluster.processes().find(({ role }) => role === "controller")?.process.record.pid;
    if (!rc || controller === undefined) throw new Error("There is no client or no controller.");
    await rc.view().execute("var runs = 0;");
    return new Load(rc, all, controller, await completedBy(rc));
  }

  /** Shares the tasks among the clients, and checks that each gives its own result. */
  async run(from: number, count: number): Promise<void> {
    const share = count / clients;
    await Promise.all(this.#clients.map((client, at) => runTasks(client, from + at * share, share)));
  }

  /** How many tasks engines have run, and how many the hub has seen completed and waiting. */
  async counts() {
    const completed = (await completedBy(this.rc)) - this.#before;
    const { unassigned } = await this.rc.queueStatus();
    const runs = (await this.rc.view().pull("runs")) as readonly number[];
    return { run: runs.reduce((sum, count) => sum + count, 0), completed, unassigned };
  }

  async controllerMegabytes(): Promise<number> {
    const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(this.#controller)]);
    return Number(stdout) / 1024;
  }
}

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

/** Requests and tasks that all engines have finished. */
async function completedBy(client: Client): Promise<number> {
  const { engines } = await client.queueStatus();
  return Object.values(engines).reduce((sum, engine) => sum + engine.completed, 0);
}
