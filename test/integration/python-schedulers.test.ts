import { execFile, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { parseJson } from "../../protocol/json.ts";
import { startController } from "../support/ipcontroller.ts";
import { pythonProgram } from "../support/python.ts";

const script = join(import.meta.dirname, "..", "fixtures", "python_schedulers.py");
const engineCount = 3;

/** What a Python client saw of a part of the schedulers, on Python engines that joined a controller of ours. */
async function seen(part: "balanced" | "pure" | "broadcast", ...args: readonly string[]): Promise<unknown> {
  await using controller = await startController(...args);
  const env = { ...process.env, IPYTHONDIR: dirname(controller.profileDir) };
  const python = pythonProgram("python");
  const argv = ["-m", "ipyparallel.engine", `--profile-dir=${controller.profileDir}`];
  for (let count = 0; count < engineCount; count++) spawn(python, argv, { env, stdio: "ignore" });
  const client = promisify(execFile)(python, [script, controller.profileDir, String(engineCount), part], { env });
  const { stdout } = await client;
  expect(await controller.exited).toBe(0);
  return parseJson(stdout.trim().split("\n").at(-1) ?? "");
}

test("a Python client aborts a queued task, which ends at once and fails what waits for it", async () => {
  expect(await seen("balanced")).toEqual({
    aborted: "TaskAborted",
    at_once: true,
    dependent: "ImpossibleDependency",
    running: [null, null, null],
    next: "next",
    unassigned: 0,
  });
});

test("with --scheme=pure engines take tasks in turn, and what cannot be done is refused", async () => {
  const refusal =
    'The scheme "pure" gives tasks to engines in turn and takes no retries: start the controller with another --scheme.';
  expect(await seen("pure", "--scheme=pure")).toEqual({
    in_turn: [4, 4, 4],
    error: "ZeroDivisionError",
    refused: ["ImpossibleDependency", refusal],
  });
});

test("broadcasts of both kinds keep the order of their targets and every error, over any number of leaves", async () => {
  const big = Array(engineCount).fill(5 << 20) as number[];
  expect(await seen("broadcast", "--broadcast-depth=2")).toEqual({
    single: {
      forth: [0, 1, 2],
      back: [2, 1, 0],
      one_fails: [null, [[1, "ValueError"]]],
      two_fail: [
        null,
        [
          [0, "ValueError"],
          [2, "ValueError"],
        ],
      ],
      big,
      again: [0, 1, 2],
    },
    coalesced: {
      forth: [0, 1, 2],
      back: [2, 1, 0],
      one_fails: ["ValueError", "engine 1"],
      two_fail: ["ValueError", "engine 0\nOthers failed as well: engine 2 (ValueError)."],
      big,
      again: [0, 1, 2],
    },
    stdout: ["printed\n", "printed\n", "printed\n"],
    dying: [null, "EngineError"],
    gone: ["on", "on"],
  });
});
