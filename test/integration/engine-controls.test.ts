import { expect, test } from "vitest";
import { waitUntil } from "../support/ipcontroller.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const soon = (): AbortSignal => AbortSignal.timeout(20_000);

test("engines get signals, by name or number; one that their system does not know is refused", async () => {
  await using running = await RunningCluster.start({ engines: 2 });
  const rc = await running.connect();
  await rc.view().execute("got = 0; process.on('SIGUSR2', () => got++)");
  await rc.signalEngines("SIGUSR2", { targets: 1 });
  await expect.poll(() => rc.view(1).pull("got").get()).toBe(1);
  await rc.signalEngines(12);
  await expect.poll(() => rc.view(1).pull("got").get()).toBe(2);
  expect(await rc.view().pull("got")).toEqual([1, 2]);
  await expect(rc.signalEngines("SIGNONE")).rejects.toThrow('This system knows no signal "SIGNONE".');

  const endless = rc.view(0).execute("console.log('go'); for (;;);");
  await waitUntil(() => endless.stdout.includes("go"), soon());
  await rc.signalEngines("SIGINT");
  await expect(endless.get()).rejects.toMatchObject({ ename: "KeyboardInterrupt" });
  await rc.signalEngines("SIGKILL", { targets: 0 });
  await waitUntil(() => rc.ids.length === 1, soon());
});

test("engines start again in their places: with new ids, without variables, still the cluster's", async () => {
  await using running = await RunningCluster.start({ engines: 2 });
  const rc = await running.connect();
  const pids = () => rc.view("all").apply(() => process.pid);
  await rc.view().push({ a: 1 });
  const [old, waiting] = [await pids(), rc.view(0).execute("for (;;);")];
  await rc.restartEngines({ targets: 0, timeoutMs: 20_000 });
  await expect(waiting.get()).rejects.toMatchObject({
    ename: expect.stringMatching(/KeyboardInterrupt|TaskAborted/) as string,
  });
  expect(rc.ids).toEqual([1, 2]);
  const [kept, fresh] = await pids();
  expect([kept, old.includes(fresh ?? 0)]).toEqual([old[1], false]);
  await expect(rc.view(2).pull("a").get()).rejects.toMatchObject({ ename: "ReferenceError" });

  await rc.shutdown({ restart: true });
  expect(rc.ids).toEqual([3, 4]);
  await expect(rc.shutdown({ restart: true, hub: true })).rejects.toThrow(TypeError);
  expect(running.cluster.describe()).toMatchObject({ state: "running", engines: 2 });
  await running.cluster.stop();
  await waitUntil(() => running.folder.processes().length === 0, soon());
});

test("an engine that native code holds is killed, and starts again all the same", async () => {
  await using running = await RunningCluster.start({ engines: 1 });
  const rc = await running.connect();
  const stuck = rc.view(0).execute(`
    const { execSync } = await import("node:child_process");
    console.log("go");
    execSync("sleep 1000");
  `);
  await waitUntil(() => stuck.stdout.includes("go"), soon());
  await rc.restartEngines({ timeoutMs: 20_000 });
  expect([rc.ids, await rc.view("all").apply(() => 1)]).toEqual([[1], [1]]);
  await expect(stuck.get()).rejects.toMatchObject({ ename: "EngineError" });
});

test("whatever engines are told, who tells them waits no longer than wanted for one that is stopped", async () => {
  await using running = await RunningCluster.start({ engines: 2 });
  const rc = await running.connect();
  const pid = await rc.view(0).apply(() => process.pid);
  process.kill(pid, "SIGSTOP");
  const view = rc.view();
  const result = view.apply(() => 1);
  const executor = rc.executor(0);
  const submitted = executor.submit(() => 1);
  const limit = { timeoutMs: 10 };
  const told = await Promise.allSettled([
    result.abort(limit),
    result.interrupt(limit),
    submitted.cancel(limit),
    view.abort(result, limit),
    rc.abort(undefined, limit),
    rc.clear("all", limit),
    rc.interrupt("all", limit),
    rc.signalEngines("SIGCONT", { targets: 0, ...limit }),
    rc.shutdown({ targets: 0, ...limit }),
  ]);
  const late: unknown = expect.objectContaining({
    message: expect.stringContaining("Not all engines have answered") as string,
  });
  expect(told).toEqual(told.map(() => ({ status: "rejected", reason: late })));
  await expect(executor.shutdown({ cancel: true, ...limit })).rejects.toThrow(
    "1 of the executor's calls have not ended",
  );
  const stop = AbortSignal.abort(new Error("stop"));
  await expect(rc.abort(result, { signal: stop })).rejects.toThrow("stop");
  process.kill(pid, "SIGCONT");
  await waitUntil(() => rc.ids.length === 1, soon());
  // Both end: which the engine hears of first, the request or the abort, is open, as they come by different sockets.
  await expect(result.get({ returnErrors: true })).resolves.toHaveLength(2);
});

test("the time of a restart is up also where an engine does not hear of it", async () => {
  await using running = await RunningCluster.start({ engines: 1 });
  const rc = await running.connect();
  const pid = await rc.view(0).apply(() => process.pid);
  process.kill(pid, "SIGSTOP");
  await expect(rc.restartEngines({ timeoutMs: 10 })).rejects.toThrow("Only 0 of 1 engines have come back");
  process.kill(pid, "SIGCONT");
  await waitUntil(() => rc.ids[0] === 1, soon());
});

test("single messages go to an engine, or to whichever the scheduler finds", async () => {
  await using running = await RunningCluster.start({ engines: 2 });
  const rc = await running.connect();
  const direct = rc.sendApplyRequest((x: number, y: number) => x * y, [6, 7], {
    engine: 1,
    metadata: { label: "raw" },
  });
  expect([await direct, direct.engineId, direct.metadata.label]).toEqual([42, 1, "raw"]);
  expect(await rc.dbQuery({ label: "raw" }, "msgId")).toEqual([{ msgId: direct.msgIds[0] }]);
  expect(await rc.sendApplyRequest(() => "balanced", [])).toBe("balanced");
  expect((await rc.sendExecuteRequest("42", { engine: 0 })).result).toBeUndefined();
  const loud = rc.sendExecuteRequest("console.log('said'); 42", { silent: false });
  expect([(await loud).text, loud.stdout]).toEqual(["42", "said\n"]);
  expect(rc.history).toHaveLength(4);
  expect(() => rc.sendApplyRequest(() => 1, [], { engine: 7 })).toThrow("No such engine: 7.");
});
