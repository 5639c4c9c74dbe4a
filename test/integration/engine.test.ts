import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { programFile } from "../../cli/package-root.ts";
import { Client } from "../../client/client.ts";
import { TaskAborted } from "../../client/errors/failures.ts";
import type { RemoteError } from "../../client/errors/remote-error.ts";
import { type RunningController, startController, waitUntil } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";
import { makeIpythonFolder } from "../support/ipython-folder.ts";
import { pythonProgram } from "../support/python.ts";

const soon = () => AbortSignal.timeout(20_000);

let controller: RunningController;
let engine: RunningEngine;
let rc: Client;

beforeAll(async () => {
  controller = await startController();
  engine = await RunningEngine.start(controller);
  rc = await Client.connect({ profileDir: controller.profileDir });
  await rc.waitForEngines(1);
});
afterAll(async () => {
  await rc.close();
  await engine[Symbol.asyncDispose]();
  await controller[Symbol.asyncDispose]();
});

const failure = (result: PromiseLike<unknown>): Promise<RemoteError> =>
  Promise.resolve(result).then(
    () => expect.unreachable("it should have failed"),
    (reason: unknown) => reason as RemoteError,
  );

/** Starts another engine beside the first; resolves with it and its id once the client knows it. */
async function another(args: readonly string[] = []): Promise<{ other: RunningEngine; id: number }> {
  const before = new Set(rc.ids);
  const other = await RunningEngine.start(controller, args);
  const fresh = () => rc.ids.find((id) => !before.has(id));
  await waitUntil(() => fresh() !== undefined, soon());
  return { other, id: fresh() ?? -1 };
}

const isGone = (id: number) => waitUntil(() => !rc.ids.includes(id), soon());

test("a Python client sees output, values and errors of TypeScript, and is told what it cannot do", () => {
  const program = `
import ipyparallel as ipp
rc = ipp.Client(profile_dir="${controller.profileDir}")
e = rc[rc.ids[0]]
ar = e.execute("console.log(6 * 7); const py: number = 5; py", silent=False)
ar.get(10); ar.wait_for_output(10)
print(ar.stdout.strip(), ar.metadata["execute_result"]["data"]["text/plain"], ar.metadata["engine_id"])
for failing in (lambda: e.execute("throw new RangeError('no')").get(10), lambda: e.apply_sync(len, [])):
    try:
        failing()
    except ipp.error.RemoteError as error:
        print(error.ename, error.engine_info["engine_id"])
b = rc.broadcast_view().execute("console.log('all')")
b.get(10); b.wait_for_output(10)
print(b.stdout)
`;
  const printed = execFileSync(pythonProgram("python"), ["-c", program], { encoding: "utf8", timeout: 40_000 });
  expect(printed.trim().split("\n")).toEqual(["42 5 0", "RangeError 0", "NotImplementedError 0", "['all\\n']"]);
});

test("variables are pushed and pulled, and functions see them", async () => {
  const view = rc.view(0);
  await view.push({ a: 5, list: new Float64Array([1, 2]) });
  expect(await view.pull(["a", "list"])).toEqual([5, new Float64Array([1, 2])]);
  expect((await view.execute("a += 1")).text).toBe("6");
  expect(await view.apply(async (b: number) => (globalThis as unknown as { a: number }).a + b, 4)).toBe(10);
  expect(await failure(view.pull("nowhere"))).toMatchObject({
    ename: "ReferenceError",
    evalue: "nowhere is not defined",
  });
});

test("a result that cannot travel says so, and why", async () => {
  const error = await failure(rc.view(0).apply(() => new WeakMap()));
  expect(error.ename).toBe("CanningError");
  expect(error.evalue).toMatch(/^The result cannot travel back: .*cannot be listed/);
});

test("clear removes the user's variables", async () => {
  await rc.view(0).push({ gone: 1 });
  await rc.clear(0);
  expect((await rc.view(0).execute("typeof gone")).text).toBe("'undefined'");
});

test("an abort reaches requests that wait behind the running one, and no others", async () => {
  const view = rc.view(0);
  const running = view.execute("await new Promise((resolve) => setTimeout(resolve, 500)); 'ran'");
  const [first, second] = [view.execute("globalThis.ran = 1"), view.execute("'second'")];
  await rc.abort(first);
  expect(await failure(first)).toBeInstanceOf(TaskAborted);
  expect([(await running).text, (await second).text]).toEqual(["'ran'", "'second'"]);
  expect((await view.execute("typeof ran")).text).toBe("'undefined'");
});

test("an error that nobody catches is shown under its cell and kills nothing", async () => {
  const result = rc.view(0).execute(`
    setTimeout(() => { throw new Error("in a timer") }, 1);
    Promise.reject(new Error("in a promise"));
    await new Promise((resolve) => setTimeout(resolve, 50));
  `);
  await result;
  expect(result.stderr).toContain("in a timer");
  expect(result.stderr).toContain("in a promise");
  expect((await rc.view(0).execute("1 + 1")).text).toBe("2");
});

test("data that is published while a request runs reaches its client before its end", async () => {
  const result = rc.view(0).execute(`
    const { publishData } = await import("tsparallel");
    for (let i = 0; i < 3; i++) publishData({ i, bytes: new Uint8Array(2000) });
  `);
  await result;
  expect(result.data).toEqual({ i: 2, bytes: new Uint8Array(2000) });
});

test("process.exit() ends the engine with its code, after it has unregistered", async () => {
  const { other, id } = await another();
  await using _ = other;
  const before = performance.now();
  await rc.view(id).execute("process.exit(3)");
  expect(await other.exited).toBe(3);
  await isGone(id);
  expect(performance.now() - before).toBeLessThan(1000);
});

test("SIGTERM ends it with status 0, idle or in a loop", async () => {
  for (const code of ["1", "console.log('go'); for (;;) {}"]) {
    const { other, id } = await another();
    await using _ = other;
    const result = rc.view(id).execute(code);
    const ended = result.get().catch((reason: unknown) => reason);
    await waitUntil(() => result.ready || result.stdout !== "", soon());
    other.process.kill("SIGTERM");
    expect(await other.exited).toBe(0);
    await isGone(id);
    await ended;
  }
});

test("a shutdown request aborts what waits and ends it, although a loop holds its thread", async () => {
  const { other, id } = await another();
  await using _ = other;
  const view = rc.view(id);
  const running = view.execute("console.log('go'); for (;;) {}");
  const waiting = view.execute("1");
  const outcomes = Promise.all([failure(running), failure(waiting)]);
  await waitUntil(() => running.stdout !== "", soon());
  await rc.shutdown({ targets: id });
  expect(await other.exited).toBe(0);
  const [interrupted, aborted] = await outcomes;
  expect(interrupted.ename).toBe("KeyboardInterrupt");
  expect(aborted).toBeInstanceOf(TaskAborted);
  await isGone(id);
});

test("one that is stuck in native code is killed within three seconds of a shutdown request", async () => {
  const { other, id } = await another();
  await using _ = other;
  const result = rc
    .view(id)
    .execute(`const { execSync } = await import("node:child_process"); console.log("go"); execSync("sleep 20")`);
  const ended = failure(result);
  await waitUntil(() => result.stdout !== "", soon());
  const before = performance.now();
  await rc.shutdown({ targets: id });
  expect(await other.exited).toBe("SIGKILL");
  expect(performance.now() - before).toBeLessThan(3500);
  await isGone(id);
  await ended;
});

test("a killed one is missed within two seconds, and leaves nothing that disturbs", async () => {
  const { other, id } = await another();
  await using _ = other;
  const lost = failure(rc.view(id).execute("for (;;) {}"));
  const before = performance.now();
  other.process.kill("SIGKILL");
  expect((await lost).message).toMatch(/died/);
  await isGone(id);
  expect(performance.now() - before).toBeLessThan(2500);
});

test("it asks for an id and works in the folder it is given", async () => {
  const folder = await makeIpythonFolder();
  await using _folder = folder;
  const { other, id } = await another(["--id=77", `--work-dir=${folder.path}`]);
  await using _ = other;
  expect(id).toBe(77);
  expect((await rc.view(77).execute("process.cwd()")).text).toBe(`'${folder.path}'`);
});

test("it waits for a connection file that is still to come", async () => {
  const file = join(controller.profileDir, "later.json");
  const late = RunningEngine.spawn("/nowhere", [`--file=${file}`]);
  await using _ = late;
  await new Promise((resolve) => setTimeout(resolve, 300));
  writeFileSync(file, readFileSync(controller.paths.engineFile), { mode: 0o600 });
  await waitUntil(() => late.log().includes("is ready"), soon());
});

test("a controller that does not answer is named, and the exit code says that it did not join", async () => {
  const file = join(controller.profileDir, "silent.json");
  writeFileSync(file, JSON.stringify({ ...controller.engine, registration: 1 }), { mode: 0o600 });
  const lonely = RunningEngine.spawn("/nowhere", [`--file=${file}`, "--timeout=0.2"]);
  await using _ = lonely;
  expect(await lonely.exited).toBe(255);
  expect(lonely.log()).toMatch(/No answer from the controller at tcp:\/\/127\.0\.0\.1:1 within 0\.2 s; trying again/);
  expect(lonely.log()).toMatch(/No controller answers at tcp:\/\/127\.0\.0\.1:1: is it running/);
});

test("without the flag that interrupts need it does not start, and says which", () => {
  const run = () => execFileSync(process.execPath, [programFile("engine")], { stdio: "pipe", encoding: "utf8" });
  expect(run).toThrow(/--expose-internals/);
});
