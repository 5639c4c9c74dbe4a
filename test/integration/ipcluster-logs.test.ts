import { appendFileSync, statSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { parseJson } from "../../protocol/json.ts";
import { IpclusterProcess, ipcluster } from "../support/ipcluster.ts";
import { signalProcess } from "../support/kill-process.ts";
import { pythonProgram } from "../support/python.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const python = { command: [pythonProgram("python"), "-m", "ipyparallel.engine"] } as const;
const line = z.looseObject({ part: z.string(), time: z.string(), msg: z.string() });
const readLines = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((each) => line.parse(parseJson(each)));

test("the logs of controller, our engines and Python's are one, in the order of time", async () => {
  await using running = await RunningCluster.start({ engines: 1 });
  await running.cluster.startEngines(1, python);

  const { stdout } = await ipcluster(running.folder, "logs");
  expect(stdout).toMatch(/^controller \| \S+ \S+ INFO {5}listening on tcp:/);
  expect(stdout).toMatch(/^engine-0 {3}\| \S+ \S+ INFO {5}Engine 0 is ready \(process \d+\)\.$/m);
  expect(stdout).toMatch(/^engine-1 {3}\| \S+ \S+ INFO {5}Completed registration with id 1$/m);

  const lines = readLines((await ipcluster(running.folder, "logs", "-o", "json")).stdout);
  const times = lines.map(({ time }) => Date.parse(time));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(new Set(lines.map(({ part }) => part))).toEqual(new Set(["controller", "engine-0", "engine-1"]));
});

test("parts, levels, times and numbers of lines choose what is shown", async () => {
  await using running = await RunningCluster.start({ engines: 2 });
  const shown = async (...args: readonly string[]) =>
    readLines((await ipcluster(running.folder, "logs", "-o", "json", ...args)).stdout);
  const parts = async (...args: readonly string[]) => (await shown(...args)).map(({ part }) => part);

  expect(new Set(await parts("--part", "engines"))).toEqual(new Set(["engine-0", "engine-1"]));
  expect(new Set(await parts("--part=controller,engine-1"))).toEqual(new Set(["controller", "engine-1"]));
  expect(await parts("-n", "1", "--part", "engine-0")).toEqual(["engine-0"]);
  expect((await shown("--since", "1h")).length).toBeGreaterThan(3);
  for (const nothing of [
    ["--level", "error"],
    ["--since", "0s"],
    ["-n", "0"],
  ])
    expect((await ipcluster(running.folder, "logs", ...nothing)).stdout).toBe("");
});

test("-f goes on: with new lines, cut logs, lines of crashes and engines that join later, until Ctrl-C", async () => {
  await using running = await RunningCluster.start({ engines: 1 });
  const { cluster, folder } = running;
  await using follower = IpclusterProcess.startInTerminal(folder, "logs", "-f", "-n", "1");
  await follower.printed("engine 0 registered");

  await cluster.startEngines(1);
  await follower.printed("Engine 1 is ready");
  const log = cluster.processes()[1]?.process.record.outputFile ?? "";
  appendFileSync(log, "Segmentation fault\n");
  await follower.printed("Segmentation fault");
  writeFileSync(log, "cut\n");
  await follower.printed("cut");
  signalProcess(cluster, "engine 0", "SIGKILL");
  await follower.printed("is gone");

  follower.type("\x03");
  expect(await follower.ended()).toBe(0);
});

test("a long log is read from its end: at once, in little memory", async () => {
  await using running = await RunningCluster.start({ engines: 1 });
  const log = running.cluster.processes()[1]?.process.record.outputFile ?? "";
  const text = `{"level":"info","levelno":20,"time":"2000-01-01T00:00:00.000Z","name":"ipengine","pid":7,"engine":0,"msg":"${"x".repeat(200)}"}\n`;
  for (let i = 0; i < 64; i++) appendFileSync(log, text.repeat(3000));
  expect(statSync(log).size).toBeGreaterThan(50e6);

  const before = performance.now();
  const { stdout } = await ipcluster(running.folder, "logs", "-n", "2", "--part", "engine-0");
  expect(stdout.split("\n").map((each) => each.slice(0, 10))).toEqual(["engine-0  ", "engine-0  ", ""]);
  expect(performance.now() - before).toBeLessThan(2000);
});

test("what is missing is named, with the next step", async () => {
  await using running = await RunningCluster.start({ engines: 1 });
  const { cluster, folder } = running;

  expect((await ipcluster(folder, "logs", "--part", "engin-0")).text).toContain(
    'There is no part "engin-0": did you mean "engine-0"? There are: controller, engine-0.',
  );
  expect(await ipcluster(folder, "logs", "--cluster-id", "other")).toMatchObject({
    code: 1,
    text: expect.stringContaining("Start one with `ipcluster start --profile default --cluster-id other`") as string,
  });
  await cluster.stop();
  expect((await ipcluster(folder, "logs")).text).toContain("does not run now: this is the log of its latest run");
});

test("-f ends when nobody reads it any more", async () => {
  await using running = await RunningCluster.start({ engines: 0 });
  const { folder } = running;
  await using reader = IpclusterProcess.start(folder, "logs", "-f");
  await reader.printed("listening on");
  reader.closeOutput();
  await running.cluster.startEngines(1);
  expect(await reader.ended()).toBe(0);
});
