import { execFile, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { parseJson } from "../../protocol/json.ts";
import { startController } from "../support/ipcontroller.ts";
import { pythonProgram } from "../support/python.ts";

const script = join(import.meta.dirname, "..", "fixtures", "python_client.py");

test("Python engines join, and a Python client uses, loses and shuts them down", async () => {
  await using controller = await startController();
  const env = { ...process.env, IPYTHONDIR: dirname(controller.profileDir) };
  const python = pythonProgram("python");
  const engines = [0, 1, 2].map(() =>
    spawn(python, ["-m", "ipyparallel.engine", `--profile-dir=${controller.profileDir}`], { env, stdio: "ignore" }),
  );
  const { stdout } = await promisify(execFile)(python, [script, controller.profileDir, String(engines.length)], {
    env,
  });
  const seen = parseJson(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;

  expect(seen).toEqual({
    ids: [0, 1, 2],
    stdout: "1\n",
    apply: 42,
    balanced_map: [0, 2, 4, 6, 8, 10, 12, 14],
    direct_map: [0, 3, 6, 9, 12, 15, 18, 21],
    broadcast: [7, 7, 7],
    coalesced: [8, 8, 8],
    completed: 13,
    after: "later",
    followed: true,
    remote_error: "ZeroDivisionError",
    lost_task: ["EngineError", true],
    ids_after_loss: [1, 2],
    seconds_to_notice: expect.any(Number) as number,
    others_go_on: ["on", "on"],
  });
  expect(seen["seconds_to_notice"]).toBeLessThan(3);
  expect(await controller.exited).toBe(0);
});
