import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseRecord } from "../../cli/log/log-record.ts";
import { packageRoot } from "../../cli/package-root.ts";
import { readEngineIds } from "../../cluster/cluster-file.ts";
import { startController, waitUntil } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";

const soon = (): AbortSignal => AbortSignal.timeout(10_000);

test("controller and engine log JSON where nobody reads along, with the engine in its field", async () => {
  await using controller = await startController();
  await using engine = await RunningEngine.start(controller);
  await waitUntil(() => controller.log().includes("registered"), soon());
  const records = [controller.log(), engine.log()].map((text) => text.trimEnd().split("\n").map(parseRecord));

  expect(records.flat().every((record) => record !== undefined)).toBe(true);
  const registered = records[0]?.find((record) => record?.msg === "engine 0 registered");
  expect(registered).toMatchObject({
    level: "info",
    name: "ipcontroller",
    pid: controller.process.pid,
    fields: { engine: 0 },
  });
  expect(records[1]?.at(-1)).toMatchObject({ name: "ipengine", pid: engine.pid, fields: { engine: 0 } });
});

test("--log-format=text is for people, and --log-to-file for the log folder", async () => {
  await using controller = await startController("--log-format=text");
  await using engine = await RunningEngine.start(controller, ["--log-format=text"]);
  expect(controller.log()).toMatch(/^\S+ \S+ INFO {5}\[ipcontroller\] listening on/);
  expect(engine.log()).toMatch(/^\S+ \S+ INFO {5}\[ipengine\] Engine 0 is ready/m);

  await using quiet = RunningEngine.spawn(controller.profileDir, ["--log-to-file"]);
  const file = join(controller.profileDir, "log", `ipengine-${quiet.pid}.log`);
  const text = () =>
    readdirSync(join(file, "..")).includes(`ipengine-${quiet.pid}.log`) ? readFileSync(file, "utf8") : "";
  await waitUntil(() => text().includes("is ready"), soon());
  expect(parseRecord(text().trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
    name: "ipengine",
    fields: { engine: 1 },
  });
  expect(quiet.log()).toBe("");
});

test("a log whose reader has gone ends neither controller nor engine", async () => {
  await using controller = await startController();
  controller.process.stderr?.destroy();
  await using engine = RunningEngine.spawn(controller.profileDir);
  engine.process.stderr?.destroy();
  const engines = () => readEngineIds(controller.paths.enginesFile);
  await waitUntil(() => engines().length === 1, soon());

  await using second = await RunningEngine.start(controller);
  await waitUntil(() => engines().length === 2, soon());
  expect([controller.process, engine.process, second.process].map(({ exitCode }) => exitCode)).toEqual([
    null,
    null,
    null,
  ]);
});

test.runIf(process.platform === "linux")("a full disk costs the log, not the cluster", async () => {
  await using controller = await startController("--log-file=/dev/full");
  await using engine = await RunningEngine.start(controller);
  expect(engine.process.exitCode).toBe(null);
});

test("a reader that does not read holds up nobody, and learns how many lines it has missed", async () => {
  const program = `
    import { createLogger } from ${JSON.stringify(join(packageRoot, "dist", "cli", "logger.js"))};
    const log = createLogger({ name: "x" });
    for (let line = 0; line < 5000; line++) log.info("x".repeat(200));
    process.stdout.write("done");
    process.stdin.once("data", () => log.info("at last"));
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program]);
  const exited = once(child, "exit");
  await once(child.stdout, "data");
  const lines: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => lines.push(text));
  await waitUntil(() => lines.length > 0, soon());
  // All that had been taken by the pipe is read: there is room again.
  await waitUntil(() => child.stderr.readableLength === 0, soon());
  child.stdin.end("go on");
  await exited;

  const records = lines.join("").trimEnd().split("\n").map(parseRecord);
  const lost = Number(records.at(-1)?.fields["lost"]);
  expect(records.at(-1)?.msg).toBe("at last");
  expect(lost).toBeGreaterThan(1000);
  const whole = records.slice(0, -1).filter((record) => record !== undefined);
  expect(whole.length + lost).toBe(5000);
});
