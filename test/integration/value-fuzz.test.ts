import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { difference, randomGraphs } from "../support/random-values.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const batch = 500;

let cluster: RunningCluster;
let packed: RunningCluster;
beforeAll(async () => {
  [cluster, packed] = await Promise.all([
    RunningCluster.start({ engines: 1 }),
    RunningCluster.start({ engines: 1, controllerArgs: ["--packer=msgpack"] }),
  ]);
});
afterAll(async () => {
  await Promise.all([cluster?.[Symbol.asyncDispose](), packed?.[Symbol.asyncDispose]()]);
});

/** Sends them to an engine and back, and tells of those that came back otherwise. */
async function changed(rc: Client, structures: readonly unknown[]): Promise<string[]> {
  const found: string[] = [];
  for (let from = 0; from < structures.length; from += batch) {
    const sent = structures.slice(from, from + batch);
    const back = await rc.view(0).apply((values: unknown[]) => values, sent);
    for (const [index, value] of sent.entries()) {
      const where = difference(value, back[index]);
      if (where !== undefined) found.push(`structure ${from + index}: ${where}`);
    }
  }
  return found;
}

test("ten thousand random structures come back from an engine as they were sent", async () => {
  const rc = await cluster.connect();
  const seed = Date.now() & 0x7fffffff;
  const structures = fc.sample(randomGraphs, { numRuns: 10_000, seed });
  expect(await changed(rc, structures), `seed ${seed}`).toEqual([]);
}, 60_000);

test("and a thousand where sessions use MessagePack", async () => {
  const rc = await packed.connect();
  const seed = Date.now() & 0x7fffffff;
  const structures = fc.sample(randomGraphs, { numRuns: 1000, seed });
  expect(await changed(rc, structures), `seed ${seed}`).toEqual([]);
}, 60_000);
