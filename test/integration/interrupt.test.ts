import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Client } from "../../client/client.ts";
import { RemoteError } from "../../client/errors/remote-error.ts";
import type { AsyncResult } from "../../client/results/async-result.ts";
import { type RunningController, startController, waitUntil } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";

const soon = () => AbortSignal.timeout(20_000);

/** Code that never ends; each prints when it is where it hangs. */
const situations: Readonly<Record<string, string>> = {
  "a loop": `go(); while (true) {}`,
  "a loop after a microtask": `await null; go(); while (true) {}`,
  "a loop after a timer": `await sleep(5); go(); while (true) {}`,
  "a loop after an immediate, in try and finally": `await new Promise((r) => setImmediate(r)); try { go(); while (true) {} } catch {} finally { console.log("never") }`,
  "a loop inside a timer": `setTimeout(() => { go(); while (true) {} }, 5); await new Promise(() => {})`,
  "a loop in a promise job": `await Promise.resolve().then(() => { go(); while (true) {} })`,
  "a loop after nextTick, calling built-ins": `await new Promise((r) => process.nextTick(r)); go(); while (1) JSON.parse("{}")`,
  "a loop after reading a file": `await (await import("node:fs/promises")).readFile("/etc/hostname"); go(); for (;;) {}`,
  "a regular expression": `go(); /^(a+)+$/.test("a".repeat(40) + "b")`,
  "a loop under AsyncLocalStorage": `await new (await import("node:async_hooks")).AsyncLocalStorage().run(1, async () => { await sleep(5); go(); for (;;) {} })`,
  "an await for ever": `go(); await new Promise(() => {})`,
  "an await in a loop": `go(); for (;;) await sleep(1)`,
  "a loop of microtasks": `go(); for (;;) await null`,
  "Atomics.wait": `go(); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`,
  "a loop that prints": `go(); for (;;) console.log("x")`,
  "a loop in a getter of the value": `go(); ({ get [Symbol.for("Jupyter.display")]() { for (;;) {} } })`,
  "a loop among immediates": `for (let i = 0; i < 9; i++) setImmediate(() => { if (i === 4) { go(); for (;;) {} } }); await new Promise(() => {})`,
  "two loops of one request": `for (let i = 0; i < 3; i++) setTimeout(() => { go(); for (;;) {} }, 1); await new Promise(() => {})`,
};

let controller: RunningController;
let engine: RunningEngine;
let rc: Client;

beforeAll(async () => {
  controller = await startController();
  engine = await RunningEngine.start(controller);
  rc = await Client.connect({ profileDir: controller.profileDir });
  await rc.waitForEngines(1);
  await rc.view(0).execute(`
    const kept = 42;
    const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const go = () => console.log("go");
  `);
});
afterAll(async () => {
  await rc.close();
  await engine[Symbol.asyncDispose]();
  await controller[Symbol.asyncDispose]();
});

const isOver = (result: AsyncResult<unknown, "one">): Promise<unknown> =>
  result.get({ timeoutMs: 10_000 }).then(
    () => "finished",
    (reason: unknown) => reason,
  );

/** Ends as KeyboardInterrupt, and everything is as before: variables, the next request, an idle thread. */
async function expectInterrupted(result: AsyncResult<unknown, "one">): Promise<void> {
  const error = await isOver(result);
  expect(error).toBeInstanceOf(RemoteError);
  expect((error as RemoteError).ename).toBe("KeyboardInterrupt");
  const after = rc.view(0).execute("kept + 1");
  expect((await after.get({ timeoutMs: 5000 })).text).toBe("43");
}

const printed = (result: AsyncResult<unknown, "one">) => waitUntil(() => result.stdout.includes("go"), soon());

for (const [name, code] of Object.entries(situations)) {
  test(`${name} is interrupted within a second, and the variables are kept`, async () => {
    const result = rc.view(0).execute(code);
    await printed(result);
    const start = performance.now();
    await rc.interrupt();
    await isOver(result);
    expect(performance.now() - start).toBeLessThan(1000);
    await expectInterrupted(result);
    expect(result.stdout).not.toContain("never");
  });
}

test("a loop that awaits is over, not only forgotten", async () => {
  const result = rc.view(0).execute("for (var turns = 0; ; turns++) { if (turns === 3) go(); await sleep(1) }");
  await printed(result);
  await rc.interrupt();
  await expectInterrupted(result);
  const later = rc.view(0).execute("const before = turns; await sleep(50); turns - before");
  expect((await later.get({ timeoutMs: 5000 })).text).toBe("0");
});

test("a function that is applied is interrupted as a cell is", async () => {
  const result = rc.view(0).apply(() => {
    console.log("go");
    for (;;);
  });
  await printed(result);
  await rc.interrupt();
  await expectInterrupted(result);
});

test("SIGINT to the process interrupts the request that runs, and is ignored when none runs", async () => {
  engine.process.kill("SIGINT");
  const result = rc.view(0).execute("go(); for (;;) {}");
  await printed(result);
  engine.process.kill("SIGINT");
  await expectInterrupted(result);
});

test("a cell that sends its own process SIGINT is interrupted", async () => {
  await expectInterrupted(rc.view(0).execute(`process.kill(process.pid, "SIGINT"); for (;;) {}`));
});

test("only the request that is running is interrupted: those behind it run", async () => {
  const first = rc.view(0).execute("go(); for (;;) {}");
  const second = rc.view(0).execute("'second'");
  await printed(first);
  engine.process.kill("SIGINT");
  expect(((await isOver(first)) as RemoteError).ename).toBe("KeyboardInterrupt");
  expect((await second.get({ timeoutMs: 5000 })).text).toBe("'second'");
});

test("thirty interrupts in a row at odd moments leave the engine whole", async () => {
  for (let i = 0; i < 30; i++) {
    const result = rc
      .view(0)
      .execute(`go(); for (;;) { await null; JSON.stringify([${i}]); if (${i % 2}) await sleep(0) }`);
    await printed(result);
    engine.process.kill("SIGINT");
    expect(((await isOver(result)) as RemoteError).ename).toBe("KeyboardInterrupt");
  }
  expect((await rc.view(0).execute("kept").get({ timeoutMs: 5000 })).text).toBe("42");
});

test("when all is over the process is idle", async () => {
  const cpuMs = () => {
    const fields = readFileSync(`/proc/${engine.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  };
  const before = cpuMs();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(cpuMs() - before).toBeLessThan(200);
});

test("native code is stopped when it returns, and the user is told after a second", async () => {
  const result = rc
    .view(0)
    .execute(`const { execSync } = await import("node:child_process"); go(); execSync("sleep 2"); for (;;) {}`);
  await printed(result);
  await rc.interrupt();
  await waitUntil(() => result.stderr !== "", soon());
  expect(result.stderr).toBe("engine 0 is in native code; interrupt again to restart it\n");
  await expectInterrupted(result);
});

test("an interrupt of native code that follows the offer starts the engine again", async () => {
  const result = rc
    .view(0)
    .execute(`const { execSync } = await import("node:child_process"); go(); execSync("sleep 30")`);
  await printed(result);
  await rc.interrupt();
  await waitUntil(() => result.stderr.includes("interrupt again"), soon());
  engine.process.kill("SIGINT");
  expect(await engine.exited).toBe("SIGKILL");
  await waitUntil(() => rc.ids.length === 1 && rc.ids[0] === 1, soon());
  expect((await rc.view(1).execute("typeof kept").get({ timeoutMs: 5000 })).text).toBe("'undefined'");
  await rc.shutdown({ targets: 1 });
  await waitUntil(() => rc.ids.length === 0, soon());
});
