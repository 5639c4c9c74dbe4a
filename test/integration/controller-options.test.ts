import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { parseCommandLine } from "../../cli/command-line.ts";
import { readTrait } from "../../cli/config/trait-values.ts";
import { programFile } from "../../cli/package-root.ts";
import { program } from "../../controller/options.ts";
import { parseJson } from "../../protocol/json.ts";
import { type RunningController, startController, startControllerWith, waitUntil } from "../support/ipcontroller.ts";
import { makeIpythonFolder } from "../support/ipython-folder.ts";
import { pythonProgram } from "../support/python.ts";
import { WireClient, WireEngine } from "../support/wire-engine.ts";

const soon = () => AbortSignal.timeout(10_000);

/** The controller as a command that ends by itself. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [programFile("controller"), ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
    timeout: 15_000,
  });
  return { status, stdout, stderr };
}

/** The controller, until the test ends. */
function launch(args: readonly string[]) {
  const child = spawn(process.execPath, [programFile("controller"), ...args], { stdio: "ignore" });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return {
    process: child,
    exited,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** A program that has a port. */
async function occupyPort() {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, [Symbol.asyncDispose]: async () => void server.close() };
}

/** All ports in the order in which they take them from pools. */
function portsOf({ client, engine }: RunningController) {
  const { registration, control, mux, task, iopub, hb_ping, hb_pong, broadcast } = engine;
  return {
    engine: [registration, control, mux, task, iopub, hb_ping, hb_pong, ...broadcast],
    client: [client.control, client.mux, client.task, client.iopub, client.notification, client.broadcast],
  };
}

/** Where nothing else in the tests listens; below the ports that systems give away at random. */
const firstPort = 20_000 + (process.pid % 1000) * 10;
const range = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

/** The ids that a real ipyparallel client sees, once there are as many. */
async function idsInPython({ profileDir }: RunningController, engines: number): Promise<string> {
  const code = `import ipyparallel as ipp
rc = ipp.Client(profile_dir=${JSON.stringify(profileDir)}, timeout=10)
rc.wait_for_engines(${engines}, timeout=10, interactive=False)
print(rc.ids)`;
  const { stdout } = await promisify(execFile)(pythonProgram("python"), ["-c", code], { timeout: 20_000 });
  return stdout.trim();
}

test("sockets take ports from the common pool in ipyparallel's order, and Python's client connects", async () => {
  await using controller = await startController(`--ports=${firstPort}-${firstPort + 29}`);
  const { engine, client } = portsOf(controller);
  const { registration } = controller.client;
  expect([...engine, ...client]).toEqual(range(firstPort, engine.length + client.length));
  expect(registration).toBe(firstPort);
  await using dummy = new WireEngine(controller.engine);
  await dummy.register();
  expect(await idsInPython(controller, 1)).toBe("[0]");
});

test("engines and clients have pools of their own; random ports follow when all are used up", async () => {
  const [engines, clients] = [firstPort + 30, firstPort + 40];
  await using controller = await startController(
    `--engine-ports=${engines},${engines + 1}`,
    `--client-ports=${clients}`,
  );
  const ports = portsOf(controller);
  expect([ports.engine.slice(0, 2), ports.client[0]]).toEqual([[engines, engines + 1], clients]);
  expect(controller.log()).toContain("the ports for engines are used up");
  expect(controller.log()).toContain("the ports for clients are used up");
});

test("a port of a pool that another program has is skipped; --port must be had", async () => {
  await using taken = await occupyPort();
  const next = firstPort + 50;
  await using controller = await startController(`--ports=${taken.port},${next}-${next + 29}`);
  expect(controller.engine.registration).toBe(next);
  expect(controller.log()).toContain(`port ${taken.port} is taken`);

  await using folder = await makeIpythonFolder();
  const { status, stderr } = run([`--ipython-dir=${folder.path}`, `--port=${taken.port}`]);
  expect(status).toBe(1);
  expect(stderr).toMatch(new RegExp(`Cannot listen on tcp://127.0.0.1:${taken.port}: Address already in use.*--ports`));
});

test("engines and clients connect on interfaces of their own, and register at one port", async () => {
  const outer = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === "IPv4")?.address;
  const engineIp = outer ?? "127.0.0.2";
  await using controller = await startController(`--engine-ip=${engineIp}`, "--client-ip=127.0.0.1", "--no-curve");
  expect([controller.engine.interface, controller.client.interface]).toEqual([`tcp://${engineIp}`, "tcp://127.0.0.1"]);
  expect(controller.engine.registration).toBe(controller.client.registration);
  await using engine = new WireEngine(controller.engine);
  await engine.register();
  await using client = new WireClient(controller.client);
  expect(await client.ask("connection_request")).toMatchObject({ status: "ok" });
});

test("--ip=* listens everywhere and says where the machine is; ssh servers are passed on", async () => {
  const args = ["--ip=*", "--ssh=login.example.org", "--enginessh=me@node1:2222", "--no-curve"];
  await using controller = await startController(...args);
  expect(controller.client).toMatchObject({ interface: "tcp://*", ssh: "login.example.org" });
  expect(controller.engine).toMatchObject({ interface: "tcp://*", ssh: "me@node1:2222" });
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
  expect([hostname(), ...addresses]).toContain(controller.client.location);
  await using elsewhere = await startController("--ip=localhost", "--location=gateway.example.org");
  expect(elsewhere.client).toMatchObject({ interface: "tcp://127.0.0.1", location: "gateway.example.org" });
});

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

test.skipIf(!hasIpv6)("IPv6 serves our own clients and engines (needs the address ::1)", async () => {
  await using controller = await startController("--ip=::1");
  expect(controller.client.interface).toBe("tcp://[::1]");
  await using engine = new WireEngine(controller.engine);
  await engine.register();
});

test("--reuse keeps everything but the ssh servers that are configured now", async () => {
  await using first = await startController("--reuse", "--ssh=old.example.org");
  const before = readFileSync(first.paths.engineFile, "utf8");
  first.process.kill("SIGTERM");
  await first.exited;
  await using second = launch([`--profile-dir=${first.profileDir}`, "--reuse", "--ssh=new.example.org"]);
  await waitUntil(() => readFileSync(first.paths.clientFile, "utf8").includes("new.example.org"), soon());
  second.process.kill("SIGTERM");
  await second.exited;
  expect(parseJson(readFileSync(first.paths.clientFile))).toEqual({ ...first.client, ssh: "new.example.org" });
  expect(parseJson(readFileSync(first.paths.engineFile))).toEqual(parseJson(before));
});

test.each([
  ["packer", '"json"', '"pickle"'],
  ["signature", '"hmac-sha256"', '"hmac-none"'],
])("--reuse writes new files in place of those with a %s that is not known here", async (_what, known, unknown) => {
  await using first = await startController("--reuse");
  first.process.kill("SIGTERM");
  await first.exited;
  const { clientFile, engineFile } = first.paths;
  for (const file of [clientFile, engineFile])
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(known, unknown));
  await using second = launch([`--profile-dir=${first.profileDir}`, "--reuse"]);
  await waitUntil(() => !readFileSync(clientFile, "utf8").includes(unknown), soon());
  second.process.kill("SIGTERM");
  expect(await second.exited).toBe(0);
});

test("a second controller for the same cluster is refused, one with another id is not", async () => {
  await using controller = await startController();
  const before = readFileSync(controller.paths.clientFile, "utf8");
  const { status, stderr } = run([`--profile-dir=${controller.profileDir}`]);
  expect(status).toBe(1);
  expect(stderr).toContain("A controller already runs for this profile and cluster id");
  expect(readFileSync(controller.paths.clientFile, "utf8")).toBe(before);
  await using _other = launch([`--profile-dir=${controller.profileDir}`, "--cluster-id=other"]);
  await waitUntil(() => existsSync(join(controller.paths.security, "ipcontroller-other-client.json")), soon());
});

const configFiles = {
  "ipcontroller_config.ts": `import type { ControllerConfig } from "tsparallel/controller-config";
export const config = { location: "from-ts" } satisfies ControllerConfig;`,
  "ipcontroller_config.json": `{ "IPController": { "location": "from-json", "ssh_server": "from-json" } }`,
  "ipcontroller_config.py": `c = get_config()
c.HubFactory.ssh_server = 'from-py'
c.IPController.engine_ssh_server = 'from-py'
c.Session.key = b'from-py'
import socket
c.IPController.ip = socket.gethostname()
`,
};

test("configuration files are read: TypeScript above JSON above Python, the command line above all", async () => {
  await using controller = await startControllerWith({ files: configFiles, env: { IPP_SESSION_KEY: "from-env" } });
  expect(controller.client).toMatchObject({ location: "from-ts", ssh: "from-json", key: "from-env" });
  expect(controller.engine.ssh).toBe("from-py");
  expect(controller.log()).toMatch(/ipcontroller_config\.py: line 6: .*not a literal/);
  expect(controller.log()).toContain("HubFactory.ssh_server is an old name: write IPController.ssh_server.");
  await using told = await startControllerWith({ files: configFiles, args: ["--ssh=told", "--location=told"] });
  expect(told.client).toMatchObject({ location: "told", ssh: "told", key: "from-py" });
});

test("a scheme that a file names is looked for beside that file", async () => {
  await using folder = await makeIpythonFolder();
  const file = join(folder.path, "more.ts");
  writeFileSync(file, 'export const config = { scheme: "./mine.ts" };');
  const { stdout } = run([`--ipython-dir=${folder.path}`, `--config=${file}`, "--show-config"]);
  expect(stdout).toContain(`${join(folder.path, "mine.ts")}  (${file})`);
});

test("a file that is named stands above the profile's; what is wrong in a file is named with it", async () => {
  await using folder = await makeIpythonFolder();
  const file = (name: string, text: string) => {
    writeFileSync(join(folder.path, name), text);
    return `--config=${join(folder.path, name)}`;
  };
  const show = (config: string) => run([`--ipython-dir=${folder.path}`, config, "--show-config-json"]);
  const further = show(file("more.py", "c.TaskScheduler.hwm = 4"));
  const { options } = parseJson(further.stdout) as { options: Record<string, unknown> };
  expect(options["hwm"]).toEqual({ value: 4, from: join(folder.path, "more.py") });
  const mistakes = [
    [
      file("typo.ts", "export const config = { prots: [1] };"),
      'typo.ts: there is no option "prots": did you mean "ports"?',
    ],
    [file("type.ts", 'export const config = { hwm: "many" };'), "type.ts: hwm: "],
    [file("bad.json", "{"), "bad.json is not JSON"],
    [file("empty.ts", "export {};"), "empty.ts must export its options"],
    [`--config=${join(folder.path, "missing.py")}`, "Cannot read"],
  ] as const;
  for (const [config, message] of mistakes) {
    const { status, stderr } = show(config);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  }
});

test("the environment's folder and id are used as ipyparallel's launchers give them", async () => {
  await using folder = await makeIpythonFolder();
  const env = { IPP_PROFILE_DIR: join(folder.path, "somewhere"), IPP_CLUSTER_ID: "theirs", IPP_ENABLE_CURVE: "1" };
  const { stdout } = run(["--show-config"], env);
  expect(stdout).toContain(`Profile: ${join(folder.path, "somewhere")}\n`);
  expect(stdout).toMatch(/--cluster-id +theirs +\(the environment\)/);
  expect(stdout).toMatch(/--curve +true +\(the environment\)/);
});

test("connection files, log and working folder are those that are asked for", async () => {
  await using folder = await makeIpythonFolder();
  const profile = join(folder.path, "profile_default");
  const stale = join(profile, "log", "ipcontroller-9999999.log");
  mkdirSync(join(profile, "log"), { recursive: true });
  writeFileSync(stale, "");
  const files = ["c.json", "e.json"].map((name) => join(profile, "security", name));
  const args = ["--IPController.client_json_file=c.json", "--engine-json-file=e.json", "--work-dir", folder.path];
  const words = ["--usethreads", "--log-url=tcp://127.0.0.1:1", "--debug", "--log-file=here.log", "--clean-logs"];
  await using controller = launch([`--profile-dir=${profile}`, ...args, ...words]);
  await waitUntil(() => files.every(existsSync), soon());
  controller.process.kill("SIGTERM");
  expect(await controller.exited).toBe(0);
  expect(files.some(existsSync)).toBe(false);
  expect(existsSync(stale)).toBe(false);
  expect(readFileSync(join(folder.path, "here.log"), "utf8")).toContain("--usethreads means nothing here");
});

test("--init writes a commented file, which is then read, and leaves one that is there", async () => {
  await using folder = await makeIpythonFolder();
  const profile = join(folder.path, "profile_default");
  const file = join(profile, "ipcontroller_config.ts");
  {
    await using controller = launch([`--profile-dir=${profile}`, "--init"]);
    await waitUntil(() => existsSync(file), soon());
    controller.process.kill("SIGTERM");
    await controller.exited;
  }
  const text = readFileSync(file, "utf8");
  expect(text).toContain("  // hwm: 1,\n");
  writeFileSync(file, text.replace("  // hwm: 1,", "  hwm: 7,"));
  const { stdout } = run([`--profile-dir=${profile}`, "--init", "--show-config"]);
  expect(stdout).toContain(`7  (${file})`);
});

test.each([
  [["--ports=10120-10101"], 2, "--ports: "],
  [["--transport=ipc"], 2, "only tcp is spoken"],
  [["--scheme=best"], 2, "write leastload, lru"],
  [["--prots=1"], 2, "did you mean --ports?"],
  [["--ip=no-such-host.invalid"], 1, "--ip=no-such-host.invalid: this name has no address here"],
  [["--ip=203.0.113.77", "--no-curve"], 1, "Cannot listen on tcp://203.0.113.77"],
  [["--work-dir=/nowhere/at/all"], 2, "--work-dir=/nowhere/at/all"],
  [["--signature-scheme=hmac-best"], 2, "write hmac- and the name of a hash"],
])("%j ends at once with status %i and says why", async (args, status, message) => {
  await using folder = await makeIpythonFolder();
  const ended = run([`--ipython-dir=${folder.path}`, ...args]);
  expect([ended.status, ended.stderr]).toEqual([status, expect.stringContaining(message)]);
});

test("a profile's folder that cannot be made is named with the reason", async () => {
  await using folder = await makeIpythonFolder();
  const file = join(folder.path, "profile_file");
  writeFileSync(file, "");
  const { status, stderr } = run([`--profile-dir=${file}`]);
  expect([status, stderr]).toEqual([1, expect.stringContaining("a file is where a folder should be")]);
});

/** What `ipyparallel.controller --help-all` says it takes. */
function ipyparallelsOptions() {
  const args = ["-m", "ipyparallel.controller", "--help-all"];
  const { stdout } = spawnSync(pythonProgram("python"), args, { encoding: "utf8", timeout: 20_000 });
  const all = [...stdout.matchAll(/^--(\w[\w.-]*)(=?)/gm)].map(([, name = "", equals = ""]) => ({ name, equals }));
  return {
    traits: all.filter(({ name }) => name.includes(".")).map(({ name }) => name),
    words: all.filter(({ name }) => !name.includes(".")).map(({ name, equals }) => `--${name}${equals && "=1"}`),
  };
}

test("whatever ipyparallel's own controller takes is known here", () => {
  const { traits, words } = ipyparallelsOptions();
  expect([traits.length > 80, words.length > 30]).toEqual([true, true]);
  const unknown = traits.filter((trait) =>
    readTrait(program, trait, null).warnings.some((warning) => warning.includes("not known")),
  );
  expect(unknown).toEqual([]);
  const refused = words.filter((word) => {
    try {
      parseCommandLine(program, [word]);
      return false;
    } catch (error) {
      return String(error).includes("Unknown option");
    }
  });
  expect(refused).toEqual([]);
});

test.each(["--help", "--help-all"])("%s explains every option and ends with status 0", (word) => {
  const { status, stdout } = run([word]);
  expect(status).toBe(0);
  expect(stdout).toContain("Who can connect, and how:");
  expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
});
