import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Cluster, ClusterIsRunning, NoSuchCluster } from "../../cluster/cluster.ts";
import { watchClusters } from "../../cluster/clusters-on-disk.ts";
import { LaunchFailure } from "../../cluster/launch-failure.ts";
import { NoSuchProfile } from "../../cluster/profile.ts";
import type { StartProgress } from "../../cluster/wait-for-engines.ts";
import { type IpythonFolder, makeIpythonFolder } from "../support/ipython-folder.ts";
import { killProcess } from "../support/kill-process.ts";
import { pythonProgram } from "../support/python.ts";

const failing = join(import.meta.dirname, "..", "fixtures", "launched.mjs");
const security = (folder: IpythonFolder) => join(folder.path, "profile_default", "security");

/** Resolves when the list of clusters satisfies the condition. */
async function untilListed(
  folder: IpythonFolder,
  condition: (state: string, engines: number) => boolean,
): Promise<void> {
  const over = new AbortController();
  const check = async () => {
    const [row] = await Cluster.list({ ipythonDir: folder.path });
    if (row && condition(row.state, row.engines)) over.abort();
  };
  const watching = watchClusters(() => void check(), over.signal, folder.path);
  await check();
  await watching;
}

test("a cluster is running when its engines have registered, and leaves nothing but logs when it stops", async () => {
  await using folder = await makeIpythonFolder();
  const progress: StartProgress[] = [];
  const cluster = await Cluster.start({ n: 4, ipythonDir: folder.path, onProgress: (step) => progress.push(step) });

  expect(cluster.describe()).toEqual({
    id: "default",
    profile: "default",
    clusterId: "",
    state: "running",
    engines: 4,
  });
  expect(progress.at(-1)).toEqual({ isControllerReady: true, registered: 4, expected: 4 });
  expect(folder.processes()).toHaveLength(5);
  expect(statSync(security(folder)).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(security(folder)))
    expect([file, statSync(join(security(folder), file)).mode & 0o777]).toEqual([file, 0o600]);

  await cluster.stop();
  expect(folder.processes()).toEqual([]);
  expect(readdirSync(security(folder))).toEqual([]);
  expect(cluster.describe().state).toBe("stopped");
});

test("leaving the scope of a cluster stops it", async () => {
  await using folder = await makeIpythonFolder();
  {
    await using cluster = await Cluster.start({ n: 1, ipythonDir: folder.path });
    expect(cluster.processes().map(({ name }) => name)).toEqual(["controller", "engine 0"]);
  }
  expect(folder.processes()).toEqual([]);
});

test("a second cluster of the same profile needs an id of its own", async () => {
  await using folder = await makeIpythonFolder();
  await using first = await Cluster.start({ n: 1, ipythonDir: folder.path });

  await expect(Cluster.start({ n: 1, ipythonDir: folder.path })).rejects.toThrow(ClusterIsRunning);
  await using second = await Cluster.start({ n: 1, ipythonDir: folder.path, clusterId: "two" });
  const rows = await Cluster.list({ ipythonDir: folder.path });

  expect(rows.map(({ id, state, engines }) => [id, state, engines])).toEqual([
    ["default", "running", 1],
    ["default/two", "running", 1],
  ]);
  expect([first.clusterId, second.clusterId]).toEqual(["", "two"]);
});

test("of two starts at once, one wins and the other leaves nothing", async () => {
  await using folder = await makeIpythonFolder();
  const attempts = await Promise.allSettled([1, 2].map(() => Cluster.start({ n: 1, ipythonDir: folder.path })));
  const refused = attempts.flatMap((attempt) => (attempt.status === "rejected" ? [attempt.reason as unknown] : []));

  expect(refused).toEqual([expect.any(ClusterIsRunning)]);
  expect(folder.processes()).toHaveLength(2);
  const cluster = await Cluster.fromFile({ ipythonDir: folder.path });
  await cluster.stop();
});

test("an engine that does not come up is named with its exit code and last words, and the rest is stopped", async () => {
  await using folder = await makeIpythonFolder();
  const engines = { command: [process.execPath, failing, "fail"] } as const;
  const failure = await Cluster.start({ n: 2, ipythonDir: folder.path, engines }).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(LaunchFailure);
  expect(String(failure)).toMatch(
    /The engine [01] ended \(exit code 3\) .*\n\n[\s\S]*no reason at all[\s\S]*\(log: .*ipengine-.*\.log\)/,
  );
  expect(folder.processes()).toEqual([]);
  expect(readdirSync(security(folder))).toEqual([]);
});

test("a start that takes too long says how far it came", async () => {
  await using folder = await makeIpythonFolder();
  const engines = { command: [process.execPath, failing, "wait"] } as const;

  await expect(Cluster.start({ n: 2, ipythonDir: folder.path, engines, timeoutMs: 1500 })).rejects.toThrow(
    /^After 1.5 s only 0 of 2 engines had registered\. The logs in .*\/log may tell why\.$/,
  );
  expect(folder.processes()).toEqual([]);
});

test("an aborted start rejects with the reason and leaves nothing", async () => {
  await using folder = await makeIpythonFolder();
  const abort = new AbortController();
  const reason = new Error("changed my mind");
  const onProgress = ({ isControllerReady }: StartProgress) => isControllerReady && abort.abort(reason);
  const engines = { command: [process.execPath, failing, "wait"] } as const;
  const start = Cluster.start({ n: 2, ipythonDir: folder.path, engines, signal: abort.signal, onProgress });

  await expect(start).rejects.toBe(reason);
  expect(folder.processes()).toEqual([]);
  expect(readdirSync(security(folder))).toEqual([]);
});

test("engines join a running cluster, and their loss shows", async () => {
  await using folder = await makeIpythonFolder();
  await using started = await Cluster.start({ n: 1, ipythonDir: folder.path });
  const cluster = await Cluster.fromFile({ ipythonDir: folder.path });
  const added = await cluster.startEngines(2);

  expect(started.describe()).toMatchObject({ state: "running", engines: 3 });
  expect(added.map(({ name }) => name)).toEqual(["engine 0", "engine 1"]);
  await killProcess(cluster, "engine 1");
  await untilListed(folder, (_, engines) => engines === 2);
  expect(started.processes()).toHaveLength(3);
});

test("without its controller a cluster is in error until it is stopped", async () => {
  await using folder = await makeIpythonFolder();
  const cluster = await Cluster.start({ n: 2, ipythonDir: folder.path });
  await killProcess(cluster, "controller");

  expect(cluster.describe()).toMatchObject({
    state: "error",
    problem: expect.stringContaining("2 engines still run") as string,
  });
  await expect(Cluster.start({ n: 1, ipythonDir: folder.path })).rejects.toThrow("2 of its engines still run");
  await cluster.stop();
  expect(folder.processes()).toEqual([]);
});

test("what a crash of everything left is no cluster, and does not hinder the next", async () => {
  await using folder = await makeIpythonFolder();
  await Cluster.start({ n: 1, ipythonDir: folder.path });
  for (const pid of folder.processes()) process.kill(pid, "SIGKILL");
  await untilListed(folder, (state) => state === "stopped");

  expect(readdirSync(security(folder))).toContain("ipcontroller-client.json");
  await expect(Cluster.fromFile({ ipythonDir: folder.path })).rejects.toThrow(NoSuchCluster);
  expect(readdirSync(security(folder))).toEqual([]);
  await using next = await Cluster.start({ n: 1, ipythonDir: folder.path });
  expect(next.describe()).toMatchObject({ state: "running", engines: 1 });
});

test("a profile that does not exist is named with the nearest that does", async () => {
  await using folder = await makeIpythonFolder();
  await using _ = await Cluster.start({ n: 0, ipythonDir: folder.path, profile: "simulation" });

  const wrong = Cluster.fromFile({ ipythonDir: folder.path, profile: "simulatoin" });
  await expect(wrong).rejects.toThrow(NoSuchProfile);
  await expect(wrong).rejects.toThrow('did you mean "simulation"?');
});

test("ipyparallel lists our cluster, loads it without touching its file, and can stop it", async () => {
  await using folder = await makeIpythonFolder();
  await using cluster = await Cluster.start({ n: 2, ipythonDir: folder.path });
  const run = async (program: string, ...args: string[]) => {
    const env = { ...process.env, IPYTHONDIR: folder.path };
    return (await promisify(execFile)(pythonProgram(program), args, { env })).stdout;
  };
  const file = () => readFileSync(join(security(folder), "cluster-.json"), "utf8");
  const before = file();

  expect(await run("ipcluster", "list")).toMatch(/^default +'' +True +2 +Local$/m);
  expect(await run("python", "-c", "import ipyparallel; print(ipyparallel.Cluster.from_file())")).toContain(
    "controller=<running>",
  );
  expect(file()).toBe(before);
  await run("python", "-c", "import ipyparallel; ipyparallel.Cluster.from_file().stop_cluster_sync()");
  expect(folder.processes()).toEqual([]);
  expect(cluster.describe().state).toBe("stopped");
});
