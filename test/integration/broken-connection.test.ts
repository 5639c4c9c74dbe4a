import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Client } from "../../client/client.ts";
import { startController } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

/** A cluster of one engine, whose tasks come over a network that the test can break. */
async function startBehindProxy() {
  const controller = await startController();
  const proxy = await TcpProxy.start(controller.engine.task);
  const file = join(controller.profileDir, "security", "proxied-engine.json");
  writeFileSync(file, JSON.stringify({ ...controller.engine, task: proxy.port }));
  chmodSync(file, 0o600);
  const engine = await RunningEngine.start(controller, [`--file=${file}`]);
  const rc = await Client.connect({ profileDir: controller.profileDir });
  await rc.waitForEngines(1);
  await rc.view(0).execute("var runs = 0;");
  const dispose = async () => {
    await rc.close();
    await engine[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await controller[Symbol.asyncDispose]();
  };
  return { proxy, rc, [Symbol.asyncDispose]: dispose };
}

const task = async (ms: number) => {
  const here = globalThis as unknown as { runs: number };
  here.runs++;
  await new Promise((resolve) => setTimeout(resolve, ms));
  return here.runs;
};

test("a task that is lost on the wire is sent again once the connection stands again", async () => {
  await using cluster = await startBehindProxy();
  const { proxy, rc } = cluster;
  proxy.isDeaf = true;
  const result = rc.loadBalancedView().apply(task, 0);
  await expect.poll(async () => (await rc.queueStatus()).engines[0]?.tasks).toBe(1);
  proxy.isDeaf = false;
  proxy.cut();
  expect(await result.get({ timeoutMs: 10_000 })).toBe(1);
});

test("a task that runs while the connection breaks runs once, and its reply comes", async () => {
  await using cluster = await startBehindProxy();
  const { proxy, rc } = cluster;
  const result = rc.loadBalancedView().apply(task, 500);
  await expect.poll(() => rc.view(0).pull("runs")).toBe(1);
  proxy.cut();
  expect(await result.get({ timeoutMs: 10_000 })).toBe(1);
  expect(await rc.view(0).pull("runs")).toBe(1);
});
