import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { type RunningController, startController } from "./ipcontroller.ts";
import { pythonProgram } from "./python.ts";
import { runPythonTests } from "./python-tests.ts";

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
  for (let started = 0; started < engines; started++) startPythonEngine(controller);
  return { ...controller, run: (program, testCase) => runPythonTests(program, testCase, env) };
}

/** The real `ipengine` of ipyparallel. It ends with its controller's folder. */
export function startPythonEngine({ profileDir }: RunningController): void {
  const argv = ["-m", "ipyparallel.engine", `--profile-dir=${profileDir}`];
  spawn(pythonProgram("python"), argv, { env: { ...process.env, IPYTHONDIR: dirname(profileDir) }, stdio: "ignore" });
}
