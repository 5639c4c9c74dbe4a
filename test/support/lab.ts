import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { processesWith } from "./processes.ts";
import { pythonProgram } from "./python.ts";

export interface LabOptions {
  /** Puts kernelspec and panel below `<prefix>/share/jupyter`; the default is the real `tsparallel install`. */
  readonly install?: (prefix: string) => Promise<void>;
  /** User settings by plugin, e.g. `{ "tsparallel:clusters": { engines: 2 } }`. */
  readonly settings?: Readonly<Record<string, object>>;
  /** Files of the repository to copy into the folder that Lab shows. */
  readonly files?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Further arguments of `jupyter-lab`. */
  readonly args?: readonly string[];
}

/** A real JupyterLab in folders of its own, without token; disposing ends it and its kernels and removes the folders. */
export interface Lab extends AsyncDisposable {
  /** Ends in `/`. */
  readonly url: string;
  /** The folder that the file browser shows. */
  readonly root: string;
  /** Where its kernels find profiles and cluster files. */
  readonly ipythonDir: string;
  readonly pid: number;
  /** What server and kernels have logged so far. */
  log(): string;
  /** Pids of one of our programs, started by its kernels or for their clusters. */
  programs(name: "controller" | "engine" | "kernel"): readonly number[];
}

const repository = join(import.meta.dirname, "..", "..");

export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const home = await mkdtemp(join(tmpdir(), "tsp-lab-"));
  const root = join(home, "notebooks");
  const ipythonDir = join(home, "ipython");
  await mkdir(root);
  await mkdir(ipythonDir);
  await (options.install ?? installTsparallel)(join(home, "prefix"));
  await writeSettings(join(home, "settings"), { ...quietSettings, ...options.settings });
  for (const file of options.files ?? []) await cp(join(repository, file), join(root, file), { recursive: true });

  const port = await freePort();
  const server = spawn(pythonProgram("jupyter-lab"), [...labArguments(port, root), ...(options.args ?? [])], {
    env: { ...process.env, ...foldersBelow(home), IPYTHONDIR: ipythonDir, ...options.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines: string[] = [];
  const url = `http://127.0.0.1:${port}/`;
  const lab: Lab = {
    url,
    root,
    ipythonDir,
    pid: server.pid ?? 0,
    log: () => lines.join("\n"),
    programs: (name) => {
      const running = processesWith(`/dist/${name}/main.js`);
      return inhabitants(ipythonDir).filter((pid) => running.includes(pid));
    },
    [Symbol.asyncDispose]: async () => {
      await end(server);
      // Clusters outlive the server by design, but not the test.
      for (const pid of inhabitants(ipythonDir)) killIfThere(pid);
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    await isServing(server, lines, url);
  } catch (error) {
    await lab[Symbol.asyncDispose]();
    throw error;
  }
  return lab;
}

/** Runs the built `tsparallel install --prefix`. */
async function installTsparallel(prefix: string): Promise<void> {
  const program = join(repository, "dist", "install", "main.js");
  const child = spawn(process.execPath, [program, "install", "--prefix", prefix], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}: run \`npm run build\`.`);
}

/** Puts only the built panel there: a Jupyter server without our kernel. */
export async function installPanelOnly(prefix: string): Promise<void> {
  const target = join(prefix, "share", "jupyter", "labextensions", "tsparallel");
  await cp(join(repository, "dist", "panel"), target, { recursive: true });
}

/** No question about news when Lab opens, no look at the network. */
const quietSettings = {
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
};

function foldersBelow(home: string): NodeJS.ProcessEnv {
  return {
    JUPYTER_PATH: join(home, "prefix", "share", "jupyter"),
    JUPYTER_DATA_DIR: join(home, "data"),
    JUPYTER_CONFIG_DIR: join(home, "config"),
    JUPYTER_RUNTIME_DIR: join(home, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(home, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(home, "workspaces"),
  };
}

function labArguments(port: number, root: string): string[] {
  return [
    "--no-browser",
    "--allow-root",
    "--expose-app-in-browser",
    "--ServerApp.ip=127.0.0.1",
    `--ServerApp.port=${port}`,
    "--ServerApp.port_retries=0",
    `--ServerApp.root_dir=${root}`,
    "--IdentityProvider.token=",
    "--LabApp.extension_manager=readonly",
  ];
}

async function writeSettings(folder: string, settings: Readonly<Record<string, object>>): Promise<void> {
  for (const [plugin, values] of Object.entries(settings)) {
    const file = join(folder, `${plugin.replace(":", "/")}.jupyterlab-settings`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(values));
  }
}

/** Resolves at the log line with which the server says where it serves. */
async function isServing(server: ChildProcess, lines: string[], url: string): Promise<void> {
  if (server.stderr === null) throw new Error("The server's log is not piped.");
  const log = createInterface({ input: server.stderr });
  await new Promise<void>((resolve, reject) => {
    log.on("line", (line) => {
      lines.push(line);
      if (line.includes(`${url}lab`)) resolve();
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`JupyterLab ended with ${code}:\n${lines.slice(-20).join("\n")}`)));
  });
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill("SIGTERM");
  await once(server, "exit");
}

/** Processes that have this folder from the server's environment. */
const inhabitants = (ipythonDir: string): readonly number[] => processesWith(`IPYTHONDIR=${ipythonDir}`);

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended between the listing and now.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No free port.");
  return address.port;
}
