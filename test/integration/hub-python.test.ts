import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { parseJson } from "../../protocol/json.ts";
import { clusterPaths } from "../../protocol/profile-paths.ts";
import { startController, waitUntil } from "../support/ipcontroller.ts";
import { makeIpythonFolder } from "../support/ipython-folder.ts";
import { pythonProgram } from "../support/python.ts";

const script = join(import.meta.dirname, "..", "fixtures", "hub_requests.py");
const python = pythonProgram("python");

/** Two Python engines and the client that asks: what it was told. */
async function askHub(profileDir: string): Promise<unknown> {
  const env = { ...process.env, IPYTHONDIR: dirname(profileDir) };
  const engines = [0, 1].map((id) =>
    spawn(python, ["-m", "ipyparallel.engine", `--profile-dir=${profileDir}`, `--IPEngine.id=${id}`], {
      env,
      stdio: "ignore",
    }),
  );
  try {
    const { stdout } = await promisify(execFile)(python, [script, profileDir, String(engines.length)], { env });
    return parseJson(stdout.trim().split("\n").at(-1) ?? "");
  } finally {
    for (const engine of engines) engine.kill("SIGKILL");
  }
}

async function askIpyparallel(): Promise<unknown> {
  await using folder = await makeIpythonFolder();
  const profileDir = join(folder.path, "profile_default");
  const argv = ["-m", "ipyparallel.controller", `--profile-dir=${profileDir}`, "--ping=250", "--dictdb"];
  const controller = spawn(python, argv, { env: { ...process.env, IPYTHONDIR: folder.path }, stdio: "ignore" });
  const exited = once(controller, "exit");
  try {
    const { clientFile, engineFile } = clusterPaths(profileDir, "");
    await waitUntil(() => existsSync(clientFile) && existsSync(engineFile), AbortSignal.timeout(15_000));
    return await askHub(profileDir);
  } finally {
    controller.kill("SIGTERM");
    await exited;
  }
}

test("a Python client gets the answers of ipyparallel's own hub", async () => {
  await using controller = await startController("--dictdb");
  const ours = await askHub(controller.profileDir);
  expect(ours).toEqual(await askIpyparallel());
}, 60_000);
