import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { makeProfileFolders } from "../../cli/make-profile-folders.ts";
import { programFile } from "../../cli/package-root.ts";
import { Client } from "../../client/client.ts";
import { parseJson } from "../../protocol/json.ts";
import { curveClient, newCurveKeys } from "../../transport/curve.ts";
import { type ConnectionEvent, dealer } from "../../transport/zmq-channel.ts";
import { ControllerProcess } from "../support/controller-process.ts";
import { type RunningController, startController, waitUntil } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";
import { makeIpythonFolder } from "../support/ipython-folder.ts";
import { testSession } from "../support/memory-peer.ts";
import { pythonProgram } from "../support/python.ts";

const soon = () => AbortSignal.timeout(10_000);
const script = join(import.meta.dirname, "..", "fixtures", "python_both_languages.py");

/** One engine and one client in each language: all four must understand one another. */
async function bothLanguagesWork(controller: RunningController): Promise<void> {
  const python = pythonProgram("python");
  const env = { ...process.env, IPYTHONDIR: dirname(controller.profileDir) };
  const argv = ["-m", "ipyparallel.engine", `--profile-dir=${controller.profileDir}`];
  const pythonEngine = spawn(python, argv, { env, stdio: "ignore" });
  const ended = once(pythonEngine, "exit");
  try {
    await using _engine = await RunningEngine.start(controller);
    const { stdout } = await promisify(execFile)(python, [script, controller.paths.clientFile], { env });
    expect(parseJson(stdout.trim().split("\n").at(-1) ?? "")).toEqual(["42", "42"]);

    await using client = await Client.connect({ profileDir: controller.profileDir });
    await client.waitForEngines(2, { timeoutMs: 10_000 });
    const replies = await client.view().execute("6 * 7");
    expect(replies.map((reply) => reply.executionCount)).toEqual([2, 2]);
    expect(await client.queueStatus()).toMatchObject({ unassigned: 0 });
  } finally {
    pythonEngine.kill("SIGKILL");
    await ended;
  }
}

test("with CURVE, engines and clients of both languages connect without a signing key", async () => {
  await using controller = await startController("--curve");
  expect(controller.client).toMatchObject({ key: "", curve_serverkey: expect.stringMatching(/^.{40}$/) as string });
  expect(controller.engine.curve_serverkey).toBe(controller.client.curve_serverkey);

  await bothLanguagesWork(controller);
}, 60_000);

test("with msgpack, engines and clients of both languages understand one another", async () => {
  await using controller = await startController("--packer=msgpack");
  expect(controller.client).toMatchObject({ pack: "msgpack", unpack: "msgpack" });

  await bothLanguagesWork(controller);
}, 60_000);

test("functions, values and arrays travel between our own parties under CURVE", async () => {
  await using controller = await startController("--curve", "--packer=msgpack");
  await using _engine = await RunningEngine.start(controller);
  await using client = await Client.connect({ profileDir: controller.profileDir });
  await client.waitForEngines(1, { timeoutMs: 10_000 });
  const factor = 2;
  const doubled = await client
    .view(0)
    .apply((xs: Float64Array) => xs.map((x) => x * factor), new Float64Array(1000).fill(3));

  expect(doubled).toEqual(new Float64Array(1000).fill(6));
}, 20_000);

test("a peer with another server key, or with none, gets nothing and is logged once; the cluster goes on", async () => {
  await using controller = await startController("--curve");
  const url = `tcp://127.0.0.1:${controller.client.registration}`;
  const answers: unknown[] = [];
  for (const curve of [curveClient(newCurveKeys().publicKey), undefined]) {
    const stranger = dealer({ curve });
    stranger.listen((frames) => answers.push(frames));
    const events: ConnectionEvent[] = [];
    stranger.watchConnection((event) => events.push(event));
    stranger.connect(url).send(testSession("s", "").pack({ type: "connection_request" }));
    const isOver = () => events.filter((event) => event === "rejected").length > 5 || events.includes("incompatible");
    await waitUntil(isOver, soon());
    await stranger[Symbol.asyncDispose]();
  }

  expect(answers).toEqual([]);
  expect(controller.log().match(/refused a connection to registration/g)).toHaveLength(1);
  expect(controller.log()).toMatch(/registration: (it has another server key|it broke off the handshake)/);
  await using client = await Client.connect({ profileDir: controller.profileDir });
  expect(client.ids).toEqual([]);
}, 30_000);

test("a client and an engine that do not encrypt are told so by a controller that does", async () => {
  await using controller = await startController("--curve");
  const plain = { curve_serverkey: null };
  await expect(Client.connect({ connectionInfo: { ...controller.client, ...plain } })).rejects.toThrow(
    /refuses the encryption that the connection file asks for/,
  );
  const told = JSON.stringify({ ...controller.engine, ...plain });
  await using engine = RunningEngine.spawn("/nowhere", [], { IPP_CONNECTION_INFO: told });
  expect(await engine.exited).toBe(255);
}, 30_000);

test("a client and an engine with a connection file of another controller are told so", async () => {
  await using controller = await startController("--curve");
  const curve_serverkey = newCurveKeys().publicKey;
  await expect(Client.connect({ connectionInfo: { ...controller.client, curve_serverkey } })).rejects.toThrow(
    /refuses the encryption that the connection file asks for/,
  );
  const told = JSON.stringify({ ...controller.engine, curve_serverkey });
  await using engine = RunningEngine.spawn("/nowhere", [], { IPP_CONNECTION_INFO: told });
  expect(await engine.exited).toBe(255);
  expect(engine.log()).toContain("the connection file is not its current one");
}, 30_000);

test("the server key may come from the environment", async () => {
  await using controller = await startController("--curve");
  const { curve_serverkey, ...others } = controller.engine;
  const env = { IPP_CONNECTION_INFO: JSON.stringify(others), IPP_CURVE_SERVERKEY: curve_serverkey ?? "" };
  await using engine = RunningEngine.spawn(controller.profileDir, [], env);
  await waitUntil(() => engine.log().includes("is ready"), soon());
}, 20_000);

test("what other machines can reach is encrypted by itself; --no-curve turns that off with a warning", async () => {
  await using open = await startController("--ip=*");
  expect(open.client.curve_serverkey).toHaveLength(40);
  expect(open.log()).not.toContain("other machines can connect");
  await using client = await Client.connect({ profileDir: open.profileDir });
  expect(client.ids).toEqual([]);

  await using plain = await startController("--ip=*", "--no-curve");
  expect(plain.client).toMatchObject({ curve_serverkey: null, key: expect.stringMatching(/^[\da-f]{8}-/) as string });
  expect(plain.log()).toContain("other machines can connect: messages are signed, but not encrypted");
}, 20_000);

test("a controller that reuses its files has the same keys, also after it was killed", async () => {
  await using first = await startController("--curve", "--reuse");
  expect(statSync(first.paths.curveFile).mode & 0o777).toBe(0o600);
  first.process.kill("SIGKILL");
  await first.exited;
  await using _second = await ControllerProcess.start(first.profileDir, ["--curve", "--reuse"]);
  expect(parseJson(readFileSync(first.paths.clientFile))).toEqual(first.client);
  await using client = await Client.connect({ profileDir: first.profileDir });
  expect(client.ids).toEqual([]);
}, 20_000);

test("a security folder that was open to others is closed", async () => {
  await using folder = await makeIpythonFolder();
  const security = join(folder.path, "p", "security");
  mkdirSync(security, { recursive: true });
  chmodSync(security, 0o755);
  makeProfileFolders(join(folder.path, "p"));
  expect(statSync(security).mode & 0o777).toBe(0o700);
});

test("connection files that others can read are not reused: they may be known", async () => {
  await using first = await startController("--reuse");
  first.process.kill("SIGTERM");
  await first.exited;
  chmodSync(first.paths.clientFile, 0o644);
  await using second = await ControllerProcess.start(first.profileDir, ["--reuse"]);
  expect(second.log()).toContain(`chmod 600 ${first.paths.clientFile}`);
  const client = parseJson(readFileSync(first.paths.clientFile)) as { key: string };
  expect(client.key).not.toBe(first.client.key);
}, 20_000);

test.each(["600", "644"])("the secret key, of mode %s, goes with the controller", async (mode) => {
  await using controller = await startController("--curve");
  expect(existsSync(controller.paths.curveFile)).toBe(true);
  chmodSync(controller.paths.curveFile, Number.parseInt(mode, 8));
  controller.process.kill("SIGTERM");
  expect(await controller.exited).toBe(0);
  expect(existsSync(controller.paths.curveFile)).toBe(false);
});

test("messages are signed with the key that a file holds; a file that others can read is refused", async () => {
  await using folder = await makeIpythonFolder();
  const file = join(folder.path, "key");
  writeFileSync(file, `${"long ".repeat(100)}\n`, { mode: 0o600 });
  await using controller = await startController(`--keyfile=${file}`);
  expect(controller.client.key).toBe("long ".repeat(100));
  await using client = await Client.connect({ profileDir: controller.profileDir });
  expect(client.ids).toEqual([]);

  writeFileSync(join(folder.path, "open"), "key", { mode: 0o644 });
  const argv = [programFile("controller"), `--profile-dir=${folder.path}/p`, `--keyfile=${folder.path}/open`];
  expect(() => execFileSync(process.execPath, argv, { stdio: "pipe" })).toThrow(`chmod 600 ${folder.path}/open`);
  const absent = argv.map((word) => word.replace(/open$/, "absent"));
  expect(() => execFileSync(process.execPath, absent, { stdio: "pipe" })).toThrow(`no key file ${folder.path}/absent`);
}, 20_000);

test("without signatures and encryption the controller warns", async () => {
  await using controller = await startController("--no-secure");
  expect(parseJson(readFileSync(controller.paths.clientFile))).toMatchObject({ key: "", curve_serverkey: null });
  expect(controller.log()).toContain("neither signed nor encrypted");
}, 20_000);
