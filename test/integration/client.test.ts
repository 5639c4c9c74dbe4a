import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { CompositeError } from "../../client/errors/composite-error.ts";
import { EngineError, TaskAborted } from "../../client/errors/failures.ts";
import { RemoteError } from "../../client/errors/remote-error.ts";
import { pythonProgram } from "../support/python.ts";
import { RunningCluster } from "../support/running-cluster.ts";

let running: RunningCluster;
let rc: Client;

beforeAll(async () => {
  running = await RunningCluster.start({ engines: 3 });
  rc = await running.connect();
});
afterAll(() => running[Symbol.asyncDispose]());

test("functions run on engines that never saw their variables", async () => {
  const k = 3;
  expect(await rc.loadBalancedView().map((x) => x * k, [1, 2, 3])).toEqual([3, 6, 9]);
  expect(await rc.view().apply((x) => x + k, 1)).toEqual([4, 4, 4]);
  expect(await rc.view(-1).apply(async (x: number) => x * k, 2)).toBe(6);
});

test("a million numbers arrive as a typed array and come back as one", async () => {
  const a = Float64Array.from({ length: 1e6 }, (_, i) => i / 2);
  await rc.view().push({ a });
  const kinds = await rc.view().execute("[a instanceof Float64Array, a.length, a[999_999]].join()");
  expect(kinds.map(({ text }) => text)).toEqual(
    ["true,1000000,499999.5", "true,1000000,499999.5", "true,1000000,499999.5"].map((text) => `'${text}'`),
  );
  expect(await rc.view(1).pull("a")).toEqual(a);
});

test("output of the first request after connecting is never lost", async () => {
  for (let i = 0; i < 10; i++) {
    const client = await running.connect();
    const result = client.view(0).execute(`console.log("first ${i}")`);
    await result.get({ timeoutMs: 5000 });
    expect(result.stdout).toBe(`first ${i}\n`);
  }
});

test("what a cell prints after it is done still reaches its result", async () => {
  const result = rc.view(0).execute("setTimeout(() => console.log('later'), 50); 1");
  await result;
  await expect.poll(() => result.stdout).toBe("later\n");
});

test("clients do not get each other's output", async () => {
  const other = await running.connect();
  const results = [rc, other].map((client, i) => client.view().execute(`console.log("client ${i}")`));
  await Promise.all(results);
  expect(results.map(({ stdout }) => stdout)).toEqual([Array(3).fill("client 0\n"), Array(3).fill("client 1\n")]);
});

test("an engine's error tells where in its code it happened", async () => {
  const failed = rc.view().execute("const f = () => {\n  throw new TypeError('no');\n};\nf();");
  const error: unknown = await failed.get().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CompositeError);
  const [first] = (error as CompositeError).elist;
  expect([first?.ename, first?.evalue, first?.engine]).toEqual(["TypeError", "no", 0]);
  expect(first?.traceback.join("\n")).toMatch(/cell \[[^\]]+\]:2:9/);
  expect(first?.traceback.join("\n")).not.toMatch(/dist|node:/);
});

test("an error inside a map names what the element's function threw", async () => {
  const mapped = rc.loadBalancedView().map(
    (x) => {
      if (x === 7) throw new RangeError(`no ${x}`);
      return x;
    },
    Array.from({ length: 20 }, (_, i) => i),
  );
  const error: unknown = await mapped.get().catch((reason: unknown) => reason);
  expect((error as CompositeError).elist.map(({ ename, evalue }) => `${ename}: ${evalue}`)).toEqual([
    "RangeError: no 7",
  ]);
  expect((error as CompositeError).elist[0]?.traceback.join("\n")).not.toMatch(/tsparallel:map|callEach/);
});

test("an unknown variable is a ReferenceError of that engine", async () => {
  await rc.view([0, 2]).push({ here: 1 });
  const error: unknown = await rc
    .view()
    .pull("here")
    .get()
    .catch((reason: unknown) => reason);
  expect((error as CompositeError).elist.map(({ ename, engine }) => [ename, engine])).toEqual([["ReferenceError", 1]]);
});

test("values published on the way are there before the result", async () => {
  const code = `import { publishData } from "tsparallel";
    publishData({ step: 1 }); publishData({ step: 2, half: new Float32Array([0.5]) });
    await new Promise((go) => setTimeout(go, 200)); "done"`;
  const result = rc.view(0).execute(code);
  await expect.poll(() => result.data).toEqual({ step: 2, half: new Float32Array([0.5]) });
  expect(result.ready).toBe(false);
  expect((await result).text).toBe("'done'");
});

test("what waits in a queue can be aborted, what runs interrupted, and the engine keeps its variables", async () => {
  await rc.view(0).push({ kept: 5 });
  const endless = rc.view(0).execute("while (true) {}");
  const queued = rc.view(0).execute("console.log('never')");
  await rc.abort(queued);
  await endless.interrupt();
  const ends = await Promise.all([endless, queued].map((result) => result.get().catch((reason: unknown) => reason)));
  expect(ends[0]).toBeInstanceOf(RemoteError);
  expect((ends[0] as RemoteError).ename).toBe("KeyboardInterrupt");
  expect(ends[1]).toBeInstanceOf(TaskAborted);
  expect(await rc.view(0).pull("kept")).toBe(5);
});

test("a map's chunks reach all engines, and their times tell the speed-up", async () => {
  const result = rc.loadBalancedView().map(async (ms) => {
    await new Promise((go) => setTimeout(go, ms));
    return process.pid;
  }, Array<number>(30).fill(20));
  const pids = new Set(await result);
  expect(pids.size).toBe(3);
  expect(result.serialTimeMs / result.wallTimeMs).toBeGreaterThan(1.5);
});

test("a Python engine runs code, and refuses functions before they are sent", async () => {
  const engine = spawn(pythonProgram("ipengine"), [`--profile-dir=${running.cluster.profileDir}`], { stdio: "ignore" });
  try {
    await rc.waitForEngines(4, { timeoutMs: 15_000 });
    const python = rc.view("python");
    const result = python.execute("import sys; print(1, file=sys.stderr); 6 * 7");
    expect((await result).map(({ text }) => text)).toEqual(["42"]);
    expect(result.stderr).toEqual(["1\n"]);
    expect(() => python.apply(() => 1)).toThrow(/which runs python/);
    expect(await rc.loadBalancedView().map((x) => x + 1, [1, 2, 3, 4, 5, 6])).toEqual([2, 3, 4, 5, 6, 7]);
  } finally {
    engine.kill();
  }
  await expect.poll(() => rc.ids, { timeout: 10_000 }).toEqual([0, 1, 2]);
});

test("an engine killed while it works is named by its error; the others go on", async () => {
  const own = await RunningCluster.start({ engines: 2 });
  try {
    const client = await own.connect();
    const pid = await client.view(1).apply(() => process.pid);
    const direct = client.view().apply(() => new Promise<void>((go) => setTimeout(go, 500)));
    const tasks = client
      .loadBalancedView()
      .map(() => new Promise<void>((go) => setTimeout(go, 500)), [1, 2], { chunkSize: 1 });
    process.kill(pid, "SIGKILL");
    const error: unknown = await direct.get().catch((reason: unknown) => reason);
    const [lost] = (error as CompositeError).elist;
    expect(lost).toBeInstanceOf(EngineError);
    expect(lost?.message).toMatch(/^engine 1 \(.+\) died while running task /);
    expect(direct.metadata.map(({ status }) => status)).toEqual(["ok", "error"]);
    const failed: unknown = await tasks.get({ timeoutMs: 10_000 }).catch((reason: unknown) => reason);
    expect((failed as CompositeError).elist[0]).toBeInstanceOf(EngineError);
    expect(client.ids).toEqual([0]);
    expect(await client.view("all").apply(() => 1)).toEqual([1]);
  } finally {
    await own[Symbol.asyncDispose]();
  }
});

test("two hundred clients come and go, and nothing of them keeps the program alive", async () => {
  const program = `
    import { Client } from "tsparallel";
    const file = process.argv[1];
    for (let i = 0; i < 200; i++) {
      const rc = await Client.connect({ file });
      if (i % 50 === 0 && (await rc.view(0).apply((x) => x + 1, i)) !== i + 1) throw new Error("wrong");
      await rc.close();
    }
    console.log("open", process.getActiveResourcesInfo().filter((name) => name === "Timeout" || name.includes("Poll")).length);`;
  const run = promisify(execFile)(process.execPath, [
    "--input-type=module",
    "-e",
    program,
    running.cluster.connectionFile,
  ]);
  expect((await run).stdout).toBe("open 0\n");
});
