import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { RunningCluster } from "../support/running-cluster.ts";

/** Kilobytes of one result: of as many as here any that is kept would show. */
const resultKb = 20;
const tasks = 4000;
const atOnce = 50;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function usedMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

async function runTasks(rc: Client, count: number): Promise<void> {
  const view = rc.loadBalancedView();
  for (let done = 0; done < count; done += atOnce) {
    const results = Array.from({ length: atOnce }, (_, i) =>
      view.apply((kb: number, x: number) => `${x}`.repeat(kb * 1024), resultKb, i % 10),
    );
    expect((await Promise.all(results)).at(-1)).toBe("9".repeat(resultKb * 1024));
  }
}

test("what was got is not kept: memory does not grow with the number of tasks", async () => {
  await using running = await RunningCluster.start({ engines: 2 });
  const rc = await running.connect();
  await runTasks(rc, 1000);
  const before = usedMb();
  await runTasks(rc, tasks);
  expect(rc.history).toHaveLength(1000 + tasks);
  expect([rc.results.size, rc.metadata.size]).toEqual([0, 0]);
  const all = (tasks * resultKb) / 1024;
  expect(usedMb() - before).toBeLessThan(all / 10);
});
