import { expect, test } from "vitest";
import { z } from "zod";
import { Cluster } from "../../cluster/cluster.ts";
import { parseJson } from "../../protocol/json.ts";
import { IpclusterProcess, ipcluster } from "../support/ipcluster.ts";
import { makeIpythonFolder } from "../support/ipython-folder.ts";
import { signalProcess } from "../support/kill-process.ts";

const ctrlC = "\x03";

test("Ctrl-C in the terminal stops controller and engines", async () => {
  await using folder = await makeIpythonFolder();
  await using program = IpclusterProcess.startInTerminal(folder, "start", "-n", "2");
  await program.printed("Ctrl-C stops it.");
  expect(folder.processes().length).toBeGreaterThanOrEqual(4);

  program.type(ctrlC);
  expect(await program.ended()).toBe(0);
  expect(program.text).toContain("Stopped.");
  expect(folder.processes()).toEqual([]);
});

test("a second Ctrl-C kills an engine that does not end by itself", async () => {
  await using folder = await makeIpythonFolder();
  await using program = IpclusterProcess.startInTerminal(folder, "start", "-n", "2");
  await program.printed("Ctrl-C stops it.");
  const cluster = await Cluster.fromFile({ ipythonDir: folder.path });
  signalProcess(cluster, "engine 1", "SIGSTOP");

  program.type(ctrlC);
  await program.printed("Ctrl-C again kills them");
  program.type(ctrlC);
  expect(await program.ended()).toBe(0);
  expect(folder.processes()).toEqual([]);
});

test("Ctrl-C during the start leaves nothing", async () => {
  await using folder = await makeIpythonFolder();
  await using program = IpclusterProcess.startInTerminal(folder, "start", "-n", "2");
  await program.printed("Starting a controller");

  program.type(ctrlC);
  expect(await program.ended()).toBe(130);
  expect(program.text).toContain("Interrupted: what was started has been stopped.");
  expect(folder.processes()).toEqual([]);
});

test("when the controller is killed, ipcluster says so, ends the engines and fails", async () => {
  await using folder = await makeIpythonFolder();
  await using program = IpclusterProcess.start(folder, "start", "-n", "2");
  await program.printed("Ctrl-C stops it.");
  const cluster = await Cluster.fromFile({ ipythonDir: folder.path });
  signalProcess(cluster, "controller", "SIGKILL");

  expect(await program.ended()).toBe(1);
  expect(program.text).toContain("The controller has ended unexpectedly");
  expect(folder.processes()).toEqual([]);
});

test("a killed engine is reported, and the cluster goes on", async () => {
  await using folder = await makeIpythonFolder();
  await using program = IpclusterProcess.start(folder, "start", "-n", "2");
  await program.printed("Ctrl-C stops it.");
  const cluster = await Cluster.fromFile({ ipythonDir: folder.path });
  const engine = signalProcess(cluster, "engine 1", "SIGKILL");

  await program.printed(`The engine 1 (process ${engine.process.label}) has ended: SIGKILL.`);
  expect(cluster.describe().state).toBe("running");
  program.signal("SIGTERM");
  expect(await program.ended()).toBe(0);
  expect(folder.processes()).toEqual([]);
});

test("--daemonize leaves a cluster that outlives its terminal, and no ipcluster", async () => {
  await using folder = await makeIpythonFolder();
  await using program = IpclusterProcess.startInTerminal(folder, "start", "-n", "2", "--daemonize");
  expect(await program.ended()).toBe(0);
  expect(program.text).toContain('The cluster of profile "default" is ready: 2 engines.');

  // The terminal is gone with the program that held it.
  const listed = await ipcluster(folder, "list", "-o", "json");
  expect(z.array(z.unknown()).parse(parseJson(listed.stdout))).toEqual([
    { id: "default", profile: "default", clusterId: "", state: "running", engines: 2 },
  ]);
  expect(folder.processes()).toHaveLength(3);
  expect(await ipcluster(folder, "stop")).toEqual({
    code: 0,
    stdout: "",
    text: 'Stopped the cluster of profile "default".\n',
  });
  expect(folder.processes()).toEqual([]);
});

test("`ipcluster engines` adds engines, and its Ctrl-C ends these alone", async () => {
  await using folder = await makeIpythonFolder();
  await using cluster = await Cluster.start({ n: 1, ipythonDir: folder.path });
  await using program = IpclusterProcess.startInTerminal(folder, "engines", "-n", "2");
  await program.printed("Ctrl-C stops these engines.");
  expect(cluster.describe().engines).toBe(3);

  program.type(ctrlC);
  expect(await program.ended()).toBe(0);
  expect(cluster.processes().map(({ name }) => name)).toEqual(["controller", "engine 0"]);
});

test("many engines are stopped without a word of Node's", async () => {
  await using folder = await makeIpythonFolder();
  await using _cluster = await Cluster.start({ n: 12, ipythonDir: folder.path });
  expect((await ipcluster(folder, "stop")).text).toBe('Stopped the cluster of profile "default".\n');
});

test("stopping what does not run is no error; adding engines to it is", async () => {
  await using folder = await makeIpythonFolder();
  await using cluster = await Cluster.start({ n: 0, ipythonDir: folder.path });
  await cluster.stop();
  const text = 'No cluster of profile "default" is running. Start one with `ipcluster start --profile default`.\n';

  expect(await ipcluster(folder, "stop")).toEqual({ code: 0, stdout: "", text });
  expect(await ipcluster(folder, "engines", "-n", "1")).toEqual({ code: 1, stdout: "", text: `ipcluster: ${text}` });
});

test("`ipcluster clean` removes logs, but not while a cluster runs", async () => {
  await using folder = await makeIpythonFolder();
  await using cluster = await Cluster.start({ n: 1, ipythonDir: folder.path });
  expect(await ipcluster(folder, "clean")).toMatchObject({
    code: 1,
    text: expect.stringContaining("stop it") as string,
  });

  await cluster.stop();
  expect(await ipcluster(folder, "clean")).toMatchObject({
    code: 0,
    text: expect.stringMatching(/^Removed \d+ files/) as string,
  });
});

test("a mistake on the command line ends with code 2 and says what was probably meant", async () => {
  await using folder = await makeIpythonFolder();

  expect(await ipcluster(folder, "start", "--daemonise")).toEqual({
    code: 2,
    stdout: "",
    text: "ipcluster: Unknown option --daemonise: did you mean --daemonize? See `ipcluster start --help`.\n",
  });
});
