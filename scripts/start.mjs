// `npm start`: sets up, starts a cluster of four engines, opens JupyterLab on the example notebook; Ctrl-C ends it all.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { cache, pythonProgram, root, setUp } from "./setup.mjs";

/** Where JupyterLab, whose root is the project, shows the example. */
const labPath = "/lab/tree/examples/pi-digits.ipynb";
const usage = `npm start -- [options]

  -n, --engines N   engines to start (4)
  --profile NAME    profile of the cluster (default)
  --port N          port of JupyterLab (a free one from 8888)
  --no-browser      print the address, open nothing
  --help            this text`;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        engines: { type: "string", short: "n", default: "4" },
        profile: { type: "string", default: "default" },
        port: { type: "string" },
        "no-browser": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (!values.help) return values;
    console.log(usage);
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  }
  return undefined;
}

async function main({ engines, profile, port, "no-browser": noBrowser }) {
  await setUp();
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => stop.abort());
  const isOurs = await startCluster(profile, engines);
  try {
    await serveLab({ wantedPort: port, noBrowser, signal: stop.signal });
  } finally {
    await leaveCluster(profile, isOurs);
  }
}

/** Stops the cluster that this call started; of another it says how to. */
async function leaveCluster(profile, isOurs) {
  if (isOurs) {
    console.log(`Stopping the cluster of profile "${profile}" …`);
    await ipcluster("stop", "--profile", profile);
    console.log("Nothing keeps running.");
  } else {
    console.log(
      `The cluster of profile "${profile}" ran before and keeps running; end it with: npx ipcluster stop --profile ${profile}`,
    );
  }
}

/** @returns whether this call started it: one that ran already is used as it is */
async function startCluster(profile, engines) {
  const running = JSON.parse((await ipcluster("list", "-o", "json")) || "[]");
  if (running.some((cluster) => cluster.profile === profile && cluster.state === "running")) {
    console.log(`• Using the cluster of profile "${profile}" that is running already.`);
    return false;
  }
  console.log(`• Starting a cluster of ${engines} engines (profile "${profile}") …`);
  await ipcluster("start", "-n", engines, "--profile", profile, "--daemonize");
  return true;
}

/** Runs ipcluster to its end and gives what it printed. */
function ipcluster(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "dist", "cluster", "main.js"), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      output += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(output) : reject(new Error(`ipcluster ${args[0]} ended with code ${code}.`)),
    );
  });
}

/** Runs JupyterLab until it ends or the signal aborts. */
async function serveLab({ wantedPort, noBrowser, signal }) {
  const port = wantedPort ?? String(await freePort(8888));
  const token = randomBytes(24).toString("hex");
  const lab = launchLab(port, token, noBrowser);
  try {
    const address = `http://127.0.0.1:${port}`;
    while (!signal.aborted && lab.isRunning() && !(await answers(`${address}/api?token=${token}`))) await sleep(200);
    if (!lab.isRunning()) throw new Error(`JupyterLab ended at once:\n${lab.log()}`);
    if (!signal.aborted)
      console.log(`\nJupyterLab is serving: ${address}${labPath}?token=${token}\nCtrl-C stops it and the cluster.`);
    await Promise.race([lab.ended, new Promise((resolve) => onAbort(signal, resolve))]);
  } finally {
    console.log("\nStopping JupyterLab …");
    lab.end();
    await lab.ended;
  }
}

function launchLab(port, token, noBrowser) {
  const args = [
    `--ServerApp.root_dir=${root}`,
    `--LabApp.default_url=${labPath}`,
    // Tabs are remembered by paths: those of a JupyterLab with another root would not be found here, nor ours there.
    `--LabApp.workspaces_dir=${join(cache, "workspaces")}`,
    `--port=${port}`,
    "--ServerApp.port_retries=0",
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
    ...(noBrowser ? ["--no-browser"] : []),
  ];
  const child = spawn(pythonProgram("jupyter-lab"), args, {
    cwd: root,
    // Its own process group: Ctrl-C must not reach it, or it would ask whether to shut down.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, JUPYTER_TOKEN: token },
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk) => {
      log = (log + chunk).slice(-4000);
    });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return { ended, isRunning, log: () => log, end: () => isRunning() && child.kill("SIGTERM") };
}

function onAbort(signal, act) {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
}

const answers = (url) =>
  fetch(url).then(
    (response) => response.ok,
    () => false,
  );

/** The first port from `first` on that nobody listens on. */
async function freePort(first) {
  for (let port = first; port < first + 100; port++) {
    const server = createServer();
    const isFree = await new Promise((resolve) =>
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true)),
    );
    server.close();
    if (isFree) return port;
  }
  throw new Error(`No free port from ${first} to ${first + 99}: choose one with --port.`);
}

const options = readOptions();
if (options)
  await main(options).catch((error) => {
    console.error(`npm start failed: ${error.message}`);
    process.exitCode = 1;
  });
