import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { Cluster } from "../../cluster/cluster.ts";
import { parseJson } from "../../protocol/json.ts";
import { IpclusterProcess, ipcluster } from "../support/ipcluster.ts";
import { startController } from "../support/ipcontroller.ts";
import { type IpythonFolder, makeIpythonFolder } from "../support/ipython-folder.ts";
import { killProcess, signalProcess } from "../support/kill-process.ts";
import { pythonProgram } from "../support/python.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const status = z.looseObject({
  address: z.string(),
  controller: z.looseObject({ version: z.string().nullable(), memoryMib: z.number(), clients: z.int().nullable() }),
  unassigned: z.int(),
  engines: z.array(z.looseObject({ id: z.int(), state: z.string(), pid: z.int().nullable(), tasks: z.int() })),
  problems: z.array(z.string()),
});
const ask = async (folder: IpythonFolder) =>
  status.parse(parseJson((await ipcluster(folder, "status", "-o", "json")).stdout));

test("it tells of engines, their work and their processes, and of the controller", async () => {
  await using running = await RunningCluster.start({ engines: 2 });
  const rc = await running.connect();
  const lbv = rc.loadBalancedView();
  for (let task = 0; task < 3; task++) lbv.apply(() => new Promise((resolve) => setTimeout(resolve, 60_000)));
  let now = await ask(running.folder);
  for (const signal = soon(); now.engines.some(({ tasks }) => tasks !== 1); now = await ask(running.folder))
    signal.throwIfAborted();
  const pids = running.cluster
    .processes()
    .slice(1)
    .map(({ process }) => process.record.pid);
  expect(now).toMatchObject({
    ...{ profile: "default", unassigned: 1, problems: [], db: { name: "dictdb", isDegraded: false } },
    controller: { pid: running.cluster.processes()[0]?.process.record.pid, clients: 1 },
  });
  expect(now.engines.map(({ id, state }) => [id, state])).toEqual([
    [0, "busy"],
    [1, "busy"],
  ]);
  expect(now.engines.map(({ pid }) => pid).sort()).toEqual(pids.sort());
  expect((await ipcluster(running.folder, "status")).stdout).toMatch(/^ 0 {2}typescript {2}busy {7}0 {6}1 .* MB /m);
});

test("engines that died are named with their last words", async () => {
  await using running = await RunningCluster.start({ engines: 2 });
  const { cluster, folder } = running;
  await killProcess(cluster, "engine 1");
  const { outputFile } = cluster.started[2]?.process.record ?? {};
  let now = await ask(folder);
  for (const signal = soon(); now.engines.length !== 1; now = await ask(folder)) signal.throwIfAborted();
  expect(now.problems).toEqual([expect.stringMatching(/^Engine \d has ended\. It said last: Engine \d is ready/)]);
  expect(now.problems[0]).toContain(outputFile);
});

test("an encrypting controller with MessagePack is asked as any other", async () => {
  await using folder = await makeIpythonFolder();
  const args = ["--curve", "--Session.packer=msgpack"];
  await using _cluster = await Cluster.start({ n: 1, ipythonDir: folder.path, controller: { args } });
  expect(await ask(folder)).toMatchObject({ problems: [], engines: [{ id: 0, state: "idle" }] });
});

test("ipyparallel's controller is asked what it knows, and what it does not is left open", async () => {
  await using folder = await makeIpythonFolder();
  const command = [pythonProgram("python"), "-m", "ipyparallel.controller"] as const;
  await using _cluster = await Cluster.start({ n: 1, ipythonDir: folder.path, controller: { command } });
  expect(await ask(folder)).toMatchObject({
    controller: { version: null, clients: null },
    ...{ unassigned: 0, tasksFinished: null, db: null },
    engines: [{ id: 0, state: "idle", lastHeardS: null }],
  });
});

test("a controller that does not answer is named, within the time", async () => {
  await using running = await RunningCluster.start({ engines: 0 });
  signalProcess(running.cluster, "controller", "SIGSTOP");
  const { code, text } = await ipcluster(running.folder, "status", "--timeout", "0.5");
  signalProcess(running.cluster, "controller", "SIGCONT");
  expect(code).toBe(1);
  expect(text).toMatch(/^ipcluster: The controller at 127\.0\.0\.1:\d+ does not answer within 0\.5 s: /);
});

test("what does not run is said, with the next step", async () => {
  await using running = await RunningCluster.start({ engines: 1 });
  const { cluster, folder } = running;
  await killProcess(cluster, "controller");
  const dead = await ipcluster(folder, "status");
  expect(dead.code).toBe(1);
  expect(dead.text).toMatch(
    /The controller has ended, but 1 engine still runs\. Stop the cluster to end them\.\nThe controller has ended\. It said last: /,
  );

  await cluster.stop();
  const none = await ipcluster(folder, "status");
  expect(none.text).toContain(
    'No cluster of profile "default" is running. Start one with `ipcluster start --profile default`',
  );
});

test("a connection file that leads nowhere is found out", async () => {
  await using folder = await makeIpythonFolder();
  await using cluster = await Cluster.start({ n: 0, ipythonDir: folder.path });
  const file = z.looseObject({}).parse(parseJson(readFileSync(cluster.connectionFile)));
  writeFileSync(cluster.connectionFile, JSON.stringify({ ...file, registration: 1 }));
  expect((await ipcluster(folder, "status")).text).toMatch(
    /^ipcluster: Nobody listens at 127\.0\.0\.1:1: the controller has ended/,
  );
});

test("a controller that was started by hand is asked as well; without one, the next step names the folder", async () => {
  await using folder = await makeIpythonFolder();
  const { profileDir, ...controller } = await startController();
  const look = async () => (await ipcluster(folder, "status", "--profile-dir", profileDir)).text;
  try {
    expect(await look()).toMatch(/^Cluster of profile "default": 0 engines\n/);
    controller.process.kill("SIGTERM");
    await controller.exited;
    expect(await look()).toContain(`Start one with \`ipcluster start --profile-dir ${profileDir}\``);
  } finally {
    await controller[Symbol.asyncDispose]();
  }
});

test("--watch shows it again and again, until Ctrl-C", async () => {
  await using running = await RunningCluster.start({ engines: 1 });
  await using program = IpclusterProcess.startInTerminal(running.folder, "status", "--watch", "--interval", "0.2");
  await program.printed("1 engine");
  await running.cluster.startEngines(1);
  await program.printed("2 engines");
  program.type("\x03");
  expect(await program.ended()).toBe(0);
});
