import { afterAll, beforeAll, expect, test } from "vitest";
import { Client } from "../../client/client.ts";
import { RemoteError } from "../../client/errors/remote-error.ts";
import { type RunningController, startController, waitUntil } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";
import { startPythonEngine } from "../support/python-cluster.ts";
import { runPythonTests } from "../support/python-tests.ts";

const ours = [0, 1];
const theirs = [2, 3];

let controller: RunningController;
let rc: Client;
beforeAll(async () => {
  controller = await startController();
  for (const _ of ours) await RunningEngine.start(controller);
  for (const _ of theirs) startPythonEngine(controller.profileDir);
  rc = await Client.connect({ profileDir: controller.profileDir });
  await rc.waitForEngines(4, { timeoutMs: 20_000 });
});
afterAll(async () => {
  await rc.close();
  await controller[Symbol.asyncDispose]();
});

/** Runs a cell of each language where it is spoken. */
async function executeEverywhere(typescript: string, python: string, label: string) {
  const onOurs = rc.view(ours).withFlags({ label }).execute(typescript);
  const onTheirs = rc.view(theirs).withFlags({ label }).execute(python);
  const replies = [...(await onOurs), ...(await onTheirs)];
  await Promise.all([onOurs.wait(), onTheirs.wait()]);
  return { replies, stdout: [...onOurs.stdout, ...onTheirs.stdout], msgIds: [...onOurs.msgIds, ...onTheirs.msgIds] };
}

test("clients of both languages use engines of both at once, and see each other's tasks", async () => {
  const python = runPythonTests("python_mixed.py", "MixedCluster", {
    ...process.env,
    PROFILE_DIR: controller.profileDir,
  });
  const cell = await executeEverywhere(
    "console.log('from TypeScript'); 6 * 7",
    "print('from TypeScript')\n6 * 7",
    "typescript",
  );
  expect(cell.replies.map(({ text }) => text)).toEqual(["42", "42", "42", "42"]);
  expect(cell.stdout).toEqual(Array(4).fill("from TypeScript\n"));
  await python;

  const others = await rc.dbQuery({ label: "python", completed: { $ne: null } }, ["stdout", "clientUuid"]);
  expect(others.map(({ stdout }) => stdout).sort()).toEqual(["dynamic 6\n", "dynamic 6\n", "typed 6\n", "typed 6\n"]);
  expect(new Set(others.map(({ clientUuid }) => clientUuid)).size).toBe(1);
  const mine = await rc.dbQuery({ label: "typescript" }, ["engineUuid"]);
  expect(mine.map(({ msgId }) => msgId).sort()).toEqual([...cell.msgIds].sort());
  expect(await rc.hubHistory()).toEqual(expect.arrayContaining([...cell.msgIds, ...others.map(({ msgId }) => msgId)]));
  const again = rc.getResult([...cell.msgIds]);
  expect((await again.get({ timeoutMs: 10_000 })) as unknown[]).toHaveLength(4);
});

test("a TypeScript client knows the language of each engine, and gets its errors", async () => {
  expect(rc.view().languages).toEqual(["typescript", "typescript", "python", "python"]);
  for (const [engine, code, ename] of [
    [1, "throw new RangeError('wanted')", "RangeError"],
    [2, "raise ValueError('wanted')", "ValueError"],
  ] as const) {
    const error: unknown = await rc
      .view(engine)
      .execute(code)
      .get()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ ename, evalue: "wanted", engine });
  }
});

test("functions run where their language is spoken", async () => {
  const view = rc.loadBalancedView(ours);
  expect(await view.map((x: number) => x * x, [1, 2, 3])).toEqual([1, 4, 9]);
  expect(() => rc.view(2).apply(() => 1)).toThrow("which runs python");
});

test("an engine of each language ends; the others go on", async () => {
  await rc.shutdown({ targets: [0, 3] });
  await waitUntil(() => rc.ids.length === 2, AbortSignal.timeout(10_000));
  expect(rc.ids).toEqual([1, 2]);
  const texts = [await rc.view(1).execute("6 * 7"), await rc.view(2).execute("6 * 7")].map(({ text }) => text);
  expect(texts).toEqual(["42", "42"]);
});
