import { join } from "node:path";
import { expect, test } from "vitest";
import { Client } from "../../client/client.ts";
import { ConnectionLost } from "../../client/errors/failures.ts";
import { ControllerProcess } from "../support/controller-process.ts";
import { waitUntil } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";
import { makeIpythonFolder } from "../support/ipython-folder.ts";

const soon = () => AbortSignal.timeout(15_000);
const pause = (ms: number, value: unknown) => new Promise((resolve) => setTimeout(() => resolve(value), ms));

/** A cluster of a controller with these arguments and engines, and a client. */
async function startCluster(args: readonly string[], engineCount: number) {
  const folder = await makeIpythonFolder();
  const profileDir = join(folder.path, "profile_default");
  const start = () => ControllerProcess.start(profileDir, args);
  let controller = await start();
  const engines = await Promise.all(Array.from({ length: engineCount }, () => RunningEngine.start({ profileDir })));
  const rc = await Client.connect({ profileDir, reconnectTimeoutMs: 20_000 });
  await rc.waitForEngines(engineCount, { timeoutMs: 10_000 });
  return {
    ...{ rc, engines, profileDir },
    kill: () => controller.kill(),
    restart: async () => {
      controller = await start();
    },
    log: () => controller.log(),
    async [Symbol.asyncDispose]() {
      await rc.close();
      await Promise.all(engines.map((engine) => engine[Symbol.asyncDispose]()));
      await controller[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test("after a controller is killed and restored, every task ends once, truly, and the engines keep their variables", async () => {
  await using cluster = await startCluster(["--reuse", "--restore", "--sqlitedb"], 4);
  const { rc } = cluster;
  await rc.view().push({ kept: 7 });
  const cell = rc
    .view(3)
    .execute("await new Promise((resolve) => setTimeout(resolve, 1500)); console.log('done'); kept");
  const direct = rc.view([1, 2]).apply(pause, 2500, "long");
  const balanced = Array.from({ length: 24 }, (_, i) => rc.loadBalancedView().apply(pause, 300 + (i % 4) * 200, i));
  const ids = [cell, direct, ...balanced].flatMap(({ msgIds }) => msgIds);
  let recorded = 0;
  await waitUntil(() => {
    void rc.dbQuery({ msgId: { $in: ids } }, "queue").then(
      (rows) => (recorded = rows.length),
      () => undefined,
    );
    return recorded === ids.length;
  }, soon());

  await cluster.kill();
  const late = rc.loadBalancedView().apply(pause, 0, "late");
  await cluster.restart();

  expect(await Promise.all(balanced)).toEqual(balanced.map((_, i) => i));
  expect([await direct, (await cell).text, cell.stdout, await late]).toEqual([["long", "long"], "7", "done\n", "late"]);
  const rows = await rc.dbQuery({ msgId: { $in: ids } }, ["completed", "resultContent"]);
  expect(rows.map(({ msgId }) => msgId).sort()).toEqual([...ids].sort());
  expect(rows.filter(({ completed, resultContent }) => !completed || resultContent?.["status"] !== "ok")).toEqual([]);
  expect(await rc.resultStatus(ids)).toEqual({ pending: [], completed: [...ids].sort() });
  expect(rc.history.slice(4, 4 + ids.length)).toEqual(ids);
  expect(await rc.getResult([5, ids[6] ?? ""])).toEqual(["long", 3]);
  expect(rc.ids).toEqual([0, 1, 2, 3]);
  expect(await rc.view().pull("kept")).toEqual([7, 7, 7, 7]);
  const queues = Object.values((await rc.queueStatus()).engines);
  expect(queues.map(({ queue, tasks }) => [queue, tasks])).toEqual(Array(4).fill([0, 0]));
  expect(await rc.loadBalancedView().map((x) => x + 1, [1, 2, 3])).toEqual([2, 3, 4]);
});

test("a controller killed while short tasks stream through it loses none that was on record", async () => {
  await using cluster = await startCluster(["--reuse", "--restore", "--sqlitedb"], 4);
  const { rc } = cluster;
  const balanced = Array.from({ length: 400 }, (_, i) => rc.loadBalancedView().apply(pause, 5, i));
  const ids = balanced.flatMap(({ msgIds }) => msgIds);
  await waitUntil(() => balanced.filter(({ ready }) => ready).length > 100, soon());
  await cluster.kill();
  await cluster.restart();
  expect(await Promise.all(balanced)).toEqual(balanced.map((_, i) => i));
  const rows = await rc.dbQuery({ msgId: { $in: ids } }, "completed");
  expect([rows.length, rows.filter(({ completed }) => !completed).length]).toEqual([ids.length, 0]);
  expect((await rc.queueStatus()).unassigned).toBe(0);
});

test("engines join a controller that was not restored, as those they were; its lost tasks say so", async () => {
  await using cluster = await startCluster(["--reuse"], 2);
  const { rc } = cluster;
  await rc.view().push({ kept: 7 });
  const queued = Array.from({ length: 6 }, () => rc.loadBalancedView().apply(pause, 30_000, 0));
  await waitUntil(() => rc.outstanding.length === 6, soon());
  await rc.queueStatus();
  await cluster.kill();
  await cluster.restart();
  for (const result of queued) await expect(result).rejects.toThrow(ConnectionLost);
  expect(rc.ids).toEqual([0, 1]);
  await rc.interrupt();
  expect(await rc.view().pull("kept")).toEqual([7, 7]);
  expect(
    await rc
      .view()
      .execute("kept + 1")
      .then((replies) => replies.map(({ text }) => text)),
  ).toEqual(["8", "8"]);
});
