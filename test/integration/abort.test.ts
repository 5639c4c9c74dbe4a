import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../cli/package-root.ts";
import type { Client } from "../../client/client.ts";
import { TaskAborted } from "../../client/errors/failures.ts";
import type { AsyncResult } from "../../client/results/async-result.ts";
import { waitUntil } from "../support/ipcontroller.ts";
import { pythonProgram } from "../support/python.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const engines = 4;
let running: RunningCluster;
let rc: Client;

beforeAll(async () => {
  running = await RunningCluster.start({ engines });
  rc = await running.connect();
  await rc.view().execute("const kept = 42; let turns = 0;");
});
afterAll(() => running[Symbol.asyncDispose]());

const printed = (result: AsyncResult<unknown>) => waitUntil(() => "go\n" === String(result.stdout), soon());
const soon = () => AbortSignal.timeout(10_000);

/** How a result ends that is aborted. */
async function abort(result: AsyncResult<unknown>): Promise<unknown> {
  await result.abort();
  return result.get({ timeoutMs: 10_000 }).catch((error: unknown) => error);
}

/** Waits until so many engines have tasks. */
async function haveWork(count: number): Promise<void> {
  const busy = async () => Object.values(await rc.load()).filter((tasks) => tasks > 0).length;
  await expect.poll(busy, { timeout: 10_000 }).toBe(count);
}

const keptOn = async (id: number): Promise<string> => (await rc.view(id).execute("kept").get({ timeoutMs: 5000 })).text;

const endless: Readonly<Record<string, () => unknown>> = {
  "a loop": () => {
    console.log("go");
    for (;;);
  },
  "a loop after an await": async () => {
    await Promise.resolve();
    console.log("go");
    for (;;);
  },
  "a loop after a timer": async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    console.log("go");
    for (;;);
  },
  "a loop that awaits nothing much": async () => {
    console.log("go");
    for (;;) await Promise.resolve();
  },
  "a promise that nobody keeps": () => {
    console.log("go");
    return new Promise(() => undefined);
  },
};

test("a function that is aborted while an engine still loads what runs functions never begins", async () => {
  const results = rc.ids.map((id) =>
    rc.view(id).apply(() => {
      for (;;);
    }),
  );
  const endings = await Promise.all(results.map(abort));
  for (const ending of endings) expect(ending).toBeInstanceOf(TaskAborted);
  expect(await Promise.all(rc.ids.map(keptOn))).toEqual(Array(engines).fill("42"));
});

for (const [name, f] of Object.entries(endless))
  test(`${name} is stopped on one engine of four, which keeps its variables; the others run on`, async () => {
    const others = rc.view([0, 1, 3]).apply(() => new Promise((resolve) => setTimeout(() => resolve("done"), 100)));
    const result = rc.view(2).apply(f);
    await printed(result);
    expect(await abort(result)).toBeInstanceOf(TaskAborted);
    expect(await keptOn(2)).toBe("42");
    expect(await others).toEqual(["done", "done", "done"]);
  });

test("a cell is stopped as a function is", async () => {
  const result = rc
    .view(0)
    .execute("console.log('go'); for (;;) { turns++; await new Promise((r) => setTimeout(r, 1)) }");
  await printed(result);
  expect(await abort(result)).toBeInstanceOf(TaskAborted);
  expect(result.metadata).toMatchObject({ status: "aborted", engineId: 0, stdout: "go\n" });
  const later = rc.view(0).execute("const before = turns; await new Promise((r) => setTimeout(r, 50)); turns - before");
  expect((await later.get({ timeoutMs: 5000 })).text).toBe("0");
});

test("a running task is stopped though the scheduler alone knows where it runs, and is not run again", async () => {
  await rc.view().push({ runs: 0 });
  const result = rc
    .loadBalancedView()
    .withFlags({ retries: 3 })
    .apply(() => {
      (globalThis as unknown as { runs: number }).runs++;
      for (;;);
    });
  await haveWork(1);
  expect(await abort(result)).toBeInstanceOf(TaskAborted);
  const runs = await rc.view().pull<number>("runs");
  expect(runs.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1);
  expect(await Promise.all(rc.ids.map(keptOn))).toEqual(Array(engines).fill("42"));
});

test("many aborts at once end everything, running or not; the engines are free and whole", async () => {
  const view = rc.loadBalancedView();
  const results = Array.from({ length: 40 }, () =>
    view.apply(() => {
      for (;;);
    }),
  );
  await haveWork(engines);
  await Promise.all(results.map((result) => result.abort()));
  const endings = results.map((result) => result.get({ timeoutMs: 10_000 }).catch((error: unknown) => error));
  for (const ending of await Promise.all(endings)) expect(ending).toBeInstanceOf(TaskAborted);
  expect(rc.outstanding).toEqual([]);
  expect(await Promise.all(rc.ids.map(keptOn))).toEqual(Array(engines).fill("42"));
});

test("an abort that meets the beginning or the end of its task ends it one way or the other, and nothing else", async () => {
  const view = rc.view(1);
  for (let i = 0; i < 60; i++) {
    const result = view.apply((ms: number) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
      return "done";
    }, i % 6);
    const bystander = view.apply((x: number) => x, i);
    if (i % 3 > 0) await new Promise((resolve) => setTimeout(resolve, i % 7));
    const ending = await abort(result);
    if (ending !== "done") expect(ending).toBeInstanceOf(TaskAborted);
    expect(await bystander.get({ timeoutMs: 5000 })).toBe(i);
  }
  expect(await keptOn(1)).toBe("42");
});

test("a map is stopped where it is: what runs, what waits and what was not sent", async () => {
  const result = rc.loadBalancedView().map(
    (x) => {
      for (; x > 3; );
      return x;
    },
    Array.from({ length: 100 }, (_, i) => i),
    { chunkSize: 1 },
  );
  await waitUntil(() => result.progress === 4, soon());
  expect(await abort(result)).toBeInstanceOf(Error);
  expect(await Promise.all(rc.ids.map(keptOn))).toEqual(Array(engines).fill("42"));
});

test("another client stops what it finds running on record", async () => {
  const result = rc.view(3).apply(() => {
    console.log("go");
    for (;;);
  });
  await printed(result);
  const other = await running.connect();
  expect(await abort(other.getResult(result.msgIds[0] ?? ""))).toBeInstanceOf(TaskAborted);
  await expect(result).rejects.toBeInstanceOf(TaskAborted);
});

test("an abort without what to abort stops all that this client has running", async () => {
  const result = rc.view().execute("console.log('go'); for (;;);");
  await waitUntil(() => result.stdout.join("") === "go\n".repeat(engines), soon());
  await rc.abort();
  await expect(result.get({ timeoutMs: 5000 })).rejects.toThrow("was aborted");
  expect(await Promise.all(rc.ids.map(keptOn))).toEqual(Array(engines).fill("42"));
});

test("an abort of a Python client ends what is queued, and lets what runs go on", async () => {
  const script = join(packageRoot, "test/fixtures/python_abort.py");
  const { stdout } = await promisify(execFile)(pythonProgram("python"), [script, running.cluster.profileDir]);
  expect(stdout).toBe("queued: aborted\nrunning: begun done\n");
});

test("an interrupt of a result still ends in KeyboardInterrupt, and a running one alone", async () => {
  const result = rc.view(0).execute("console.log('go'); for (;;);");
  const behind = rc.view(0).execute("kept");
  await printed(result);
  await result.interrupt();
  expect(result.ready || (await result.wait({ timeoutMs: 5000 }))).toBe(true);
  expect(result.metadata.error?.ename).toBe("KeyboardInterrupt");
  expect((await behind).text).toBe("42");
});
