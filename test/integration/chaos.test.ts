import { join } from "node:path";
import { expect, test } from "vitest";
import { Client } from "../../client/client.ts";
import { EngineError } from "../../client/errors/failures.ts";
import type { AsyncResult } from "../../client/results/async-result.ts";
import { ControllerProcess } from "../support/controller-process.ts";
import { waitUntil } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";
import { makeIpythonFolder } from "../support/ipython-folder.ts";

const soon = () => AbortSignal.timeout(20_000);

/** Tells its number, and where it ran, after a while. */
const task = async (number: number) => {
  await new Promise((resolve) => setTimeout(resolve, 20 + (number % 5) * 10));
  return { number, pid: process.pid };
};

test("engines that are killed or paused under load: each task ends once, truly, and all counts agree", async () => {
  await using folder = await makeIpythonFolder();
  const profileDir = join(folder.path, "profile_default");
  await using _controller = await ControllerProcess.start(profileDir, ["--HeartMonitor.max_heartmonitor_misses=4"]);
  const engines: RunningEngine[] = [];
  // One by one, so that the place in the list is the id.
  for (let id = 0; id < 8; id++) engines.push(await RunningEngine.start({ profileDir }));
  await using rc = await Client.connect({ profileDir });
  await rc.waitForEngines(8, { timeoutMs: 10_000 });

  const fragile = rc.loadBalancedView();
  const stubborn = fragile.withFlags({ retries: 3 });
  const results = Array.from({ length: 800 }, (_, i) => (i % 2 ? stubborn : fragile).apply(task, i));
  const done = () => results.filter(({ ready }) => ready).length;
  await waitUntil(() => done() > 100, soon());
  for (const engine of engines.slice(0, 2)) engine.process.kill("SIGKILL");
  engines[2]?.process.kill("SIGSTOP");
  await waitUntil(() => rc.ids.length === 5, soon());
  expect(done()).toBeLessThan(results.length);
  engines[2]?.process.kill("SIGCONT");
  await waitUntil(() => rc.ids.length === 6 && rc.ids.includes(2), soon());
  await Promise.all(results.map((result) => result.wait({ timeoutMs: 30_000 })));

  const outcomes = await Promise.all(results.map(outcomeOf));
  const failed = outcomes.flatMap((outcome, number) => (outcome instanceof EngineError ? [{ outcome, number }] : []));
  const wrong = outcomes.filter(
    (outcome, number) => !(outcome instanceof EngineError || (outcome as { number?: number }).number === number),
  );
  expect(wrong).toEqual([]);
  // Only tasks that a lost engine held can fail, one on each, and none that may be tried again.
  expect(failed.length).toBeLessThanOrEqual(3);
  expect(failed.filter(({ number, outcome }) => number % 2 === 1 || (outcome.engine ?? 9) > 2)).toEqual([]);

  const ids = results.flatMap(({ msgIds }) => msgIds);
  const rows = await rc.dbQuery({ msgId: { $in: ids } }, ["completed", "resultContent"]);
  const statuses = rows.map(({ resultContent }) => resultContent?.["status"]);
  expect([rows.length, rows.filter(({ completed }) => !completed).length]).toEqual([results.length, 0]);
  expect(statuses.filter((status) => status === "error").length).toBe(failed.length);
  expect(await rc.resultStatus(ids)).toEqual({ pending: [], completed: [...ids].sort() });
  const { engines: queues, unassigned } = await rc.queueStatus();
  expect([unassigned, ...Object.values(queues).map(({ tasks }) => tasks)]).toEqual([0, ...Array<number>(6).fill(0)]);
  expect((await rc.view().apply(() => process.pid)).sort()).toEqual(
    engines
      .slice(2)
      .map(({ pid }) => pid)
      .sort(),
  );
});

async function outcomeOf(result: AsyncResult<unknown>): Promise<unknown> {
  try {
    return await result;
  } catch (error) {
    return error;
  }
}
