import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { FolderChanges } from "../../cluster/folder-changes.ts";
import type { LaunchedProcess, Launcher, LaunchPlan } from "../../cluster/launchers/launcher.ts";
import { parseJson } from "../../protocol/json.ts";

const program = join(import.meta.dirname, "..", "fixtures", "launched.mjs");
const introduction = z.object({
  pid: z.int(),
  parent: z.int(),
  child: z.int().optional(),
  greeting: z.string().optional(),
});

/** What every launcher must do. Each implementation's test file calls this once. */
export function launcherContract(name: string, launcher: Launcher): void {
  let folder = "";
  const started: LaunchedProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "launcher-"));
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((each) => each.end(AbortSignal.abort())));
    await rm(folder, { recursive: true });
  });

  const plan = (behaviour: "wait" | "stubborn" | "fail"): LaunchPlan => ({
    kind: "engine",
    command: [process.execPath, program, behaviour],
    environment: { GREETING: "hello" },
    outputFile: (index) => join(folder, `${index}.log`),
  });
  const start = async (behaviour: "wait" | "stubborn" | "fail", count: number) => {
    const processes = await launcher.start(plan(behaviour), count);
    started.push(...processes);
    return processes;
  };

  /** What a process says of itself, once it has. */
  async function introductionOf({ record }: LaunchedProcess): Promise<z.infer<typeof introduction>> {
    using changes = new FolderChanges([folder]);
    for (;;) {
      const text = readFileSync(record.outputFile, "utf8");
      if (text.includes("\n")) return introduction.parse(parseJson(text.slice(0, text.indexOf("\n"))));
      await changes.next(50);
    }
  }

  test(`${name}: starts as many as asked, with their environment, each with its output file`, async () => {
    const processes = await start("wait", 3);
    const introductions = await Promise.all(processes.map(introductionOf));

    expect(introductions.map(({ pid, greeting }) => ({ pid, greeting }))).toEqual(
      processes.map(({ record }) => ({ pid: record.pid, greeting: "hello" })),
    );
    expect(processes.map(({ record }) => record.outputFile)).toEqual(
      [0, 1, 2].map((index) => join(folder, `${index}.log`)),
    );
  });

  test(`${name}: ending a process gives its own exit code`, async () => {
    const [each] = await start("wait", 1);
    if (each) await introductionOf(each);
    await each?.end();

    expect(await each?.exited).toBe(0);
    expect(each && launcher.find([each.record])).toEqual([]);
  });

  test(`${name}: a process that ends by itself tells its exit code`, async () => {
    const [each] = await start("fail", 1);

    expect(await each?.exited).toBe(3);
  });

  test(`${name}: a process that does not end when asked is killed, with its children`, async () => {
    const [each] = await start("stubborn", 1);
    const { child } = each ? await introductionOf(each) : {};
    const hurry = new AbortController();
    const ended = each?.end(hurry.signal);
    hurry.abort();
    await ended;

    expect(await each?.exited).toBe(128 + 9);
    const children = launcher.find([{ pid: child ?? 0, start: undefined, outputFile: "" }]);
    expect(await Promise.all(children.map(({ exited }) => exited))).toEqual(children.map(() => undefined));
  });

  test(`${name}: another program finds the processes by their records and can end them`, async () => {
    const processes = await start("wait", 2);
    await Promise.all(processes.map(introductionOf));
    const found = launcher.find(processes.map(({ record }) => record));

    expect(found.map(({ record }) => record)).toEqual(processes.map(({ record }) => record));
    await Promise.all(found.map((each) => each.end()));
    expect(await Promise.all(found.map((each) => each.exited))).toEqual([undefined, undefined]);
  });

  test(`${name}: a process that has got the id of an ended one is not taken for it`, async () => {
    const [each] = await start("wait", 1);

    expect(each && launcher.find([{ ...each.record, start: "long ago" }])).toEqual([]);
  });

  test(`${name}: an aborted start starts nothing`, async () => {
    const reason = new Error("changed my mind");

    await expect(launcher.start(plan("wait"), 2, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(() => readFileSync(join(folder, "0.log"))).toThrow("ENOENT");
  });

  test(`${name}: a command that does not exist is named`, async () => {
    const missing: LaunchPlan = { ...plan("wait"), command: ["/no/such/program", "--fast"] };

    await expect(launcher.start(missing, 2)).rejects.toThrow(
      /^The engine could not be started: .*ENOENT.*\(command: \/no\/such\/program --fast\)\.$/,
    );
  });
}
