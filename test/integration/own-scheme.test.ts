import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { programFile } from "../../cli/package-root.ts";
import { connectionReply } from "../../protocol/messages/hub.ts";
import { type RunningController, startController } from "../support/ipcontroller.ts";
import { WireClient, WireEngine } from "../support/wire-engine.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "own-scheme-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

/** Waits until the hub knows so many engines. */
async function joined(client: WireClient, count: number): Promise<void> {
  for (const signal = AbortSignal.timeout(10_000); ; signal.throwIfAborted()) {
    const { engines } = connectionReply.parse(await client.ask("connection_request"));
    if (Object.keys(engines).length === count) return;
  }
}

/** Joins two engines one after the other and sends them two tasks. @returns which engine got each */
async function twoTasks(controller: RunningController): Promise<number[]> {
  await using client = new WireClient(controller.client);
  await using first = new WireEngine(controller.engine);
  await using second = new WireEngine(controller.engine);
  const engines = [first, second];
  const taken: number[] = [];
  for (const [at, engine] of engines.entries()) {
    await engine.register();
    await joined(client, at + 1);
    void (async () => {
      for (;;) {
        const { header, idents } = await engine.shell.receive();
        taken.push(at);
        const metadata = { status: "ok", engine: engine.session.id };
        engine.shell.send({ type: "apply_reply", parent: header, idents, metadata, content: { status: "ok" } });
      }
    })().catch(() => undefined);
  }
  for (let count = 0; count < 2; count++) {
    client.task.send({ type: "apply_request" });
    expect((await client.task.receive()).content["status"]).toBe("ok");
  }
  return taken;
}

test("a scheme of the user's own, in TypeScript, chooses the engines", async () => {
  await write("last.ts", "export const last = <T>(list: readonly T[]): T | undefined => list.at(-1);\n");
  const file = await write(
    "mine.ts",
    `import { last } from "./last.ts";
import type { Scheme } from "tsparallel/controller-config";
export const scheme: Scheme = (candidates) => last(candidates.toSorted((a, b) => a.outstanding - b.outstanding))!.engine;
`,
  );
  await using controller = await startController(`--scheme=${file}`);
  // The first engine joined first and is the last in the order of idleness; having taken a task it stays the last.
  expect(await twoTasks(controller)).toEqual([0, 0]);
});

test("the example of a scheme works", async () => {
  const file = join(import.meta.dirname, "..", "..", "examples", "fill-first.ts");
  await using controller = await startController(`--scheme=${file}`, "--hwm=4");
  expect(await twoTasks(controller)).toHaveLength(2);
  expect(controller.log()).not.toContain("does not work");
});

test("a scheme that fails is said once, and tasks run all the same", async () => {
  const file = await write("broken.mjs", 'export const scheme = () => { throw new Error("out of order"); };');
  await using controller = await startController(`--scheme=${file}`);
  expect(await twoTasks(controller)).toHaveLength(2);
  const lines = controller
    .log()
    .split("\n")
    .filter((line) => line.includes("does not work"));
  expect(lines).toEqual([expect.stringContaining("it threw Error: out of order; leastload chooses wherever it fails")]);
});

test.each([
  ["empty.ts", "export const shceme = 1;", "must export a scheme"],
  ["damaged.ts", "export const scheme = (;", "Expression expected"],
])("%s ends the controller with what is wrong", async (name, text, problem) => {
  const file = await write(name, text);
  const run = promisify(execFile)(process.execPath, [
    programFile("controller"),
    `--profile-dir=${join(folder, "profile")}`,
    `--scheme=${file}`,
  ]);
  await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(problem) as string });
});
