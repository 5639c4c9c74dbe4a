import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { clusterPaths } from "../../protocol/profile-paths.ts";
import { type RunningController, startController, waitUntil } from "./ipcontroller.ts";
import { makeIpythonFolder } from "./ipython-folder.ts";
import { pythonProgram } from "./python.ts";
import { runPythonTests } from "./python-tests.ts";

const peerStartMs = 30_000;

/** Our controller with engines of ipyparallel's. */
export interface PythonCluster extends RunningController {
  /** Runs a `unittest.TestCase` of `test/fixtures` against it. */
  run(program: string, testCase: string): Promise<void>;
}

/** Resolves when the controller is there; clients wait for the engines, as their users do. */
export async function startPythonCluster(engines: number, ...args: readonly string[]): Promise<PythonCluster> {
  const controller = await startController(
    ...args,
    `--dask-scheduler-command=${pythonProgram("python")} -m dask scheduler`,
  );
  const env = { ...process.env, IPYTHONDIR: dirname(controller.profileDir), PROFILE_DIR: controller.profileDir };
  for (let started = 0; started < engines; started++) startPythonEngine(controller.profileDir);
  return { ...controller, run: (program, testCase) => runPythonTests(program, testCase, env) };
}

/** The real `ipengine` of ipyparallel. It ends with its controller's folder. */
export function startPythonEngine(profileDir: string): void {
  const argv = ["-m", "ipyparallel.engine", `--profile-dir=${profileDir}`];
  spawn(pythonProgram("python"), argv, { env: { ...process.env, IPYTHONDIR: dirname(profileDir) }, stdio: "ignore" });
}

/** ipyparallel's own controller and engines, to compare ours with. Disposing ends all that runs on its folder. */
export async function startPeerCluster(engines: number): Promise<{ readonly profileDir: string } & AsyncDisposable> {
  const folder = await makeIpythonFolder();
  const profileDir = join(folder.path, "profile_default");
  const { clientFile, engineFile } = clusterPaths(profileDir, "");
  await mkdir(profileDir);
  const argv = ["-m", "ipyparallel.controller", `--profile-dir=${profileDir}`, "--ping=250"];
  spawn(pythonProgram("python"), argv, { env: { ...process.env, IPYTHONDIR: folder.path }, stdio: "ignore" });
  await waitUntil(() => existsSync(clientFile) && existsSync(engineFile), AbortSignal.timeout(peerStartMs));
  for (let started = 0; started < engines; started++) startPythonEngine(profileDir);
  return { profileDir, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
