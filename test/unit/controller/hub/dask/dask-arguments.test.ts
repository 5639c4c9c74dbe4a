import { expect, test } from "vitest";
import { daskArguments } from "../../../../../controller/hub/dask/dask-arguments.ts";
import { daskCommands } from "../../../../../controller/hub/dask/dask-commands.ts";

test("a scheduler listens where the controller does, on any free port", () => {
  const args = ["--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:8787"];
  expect(daskArguments({}, "127.0.0.1")).toEqual({ args, env: {} });
  expect(daskArguments({}, undefined)).toEqual({ args: ["--port", "0"], env: {} });
});

test("what a client wants goes before; it becomes flags, switches or settings", () => {
  const given = {
    host: "10.0.0.1",
    port: 8786,
    dashboard: false,
    preload: ["a.py", "b.py"],
    allowed_failures: 5,
    idle_timeout: null,
  };
  expect(daskArguments(given, "127.0.0.1")).toEqual({
    args: ["--port", "8786", "--host", "10.0.0.1", "--no-dashboard", "--preload", "a.py", "--preload", "b.py"],
    env: { DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES: "5" },
  });
});

test.each([{ loop: "mine" }, { port: { low: 1 } }])("%j is refused with a TypeError", (given) => {
  expect(() => daskArguments(given, undefined)).toThrow(expect.objectContaining({ ename: "TypeError" }) as Error);
});

test("the usual command has substitutes, another has none; quotes hold words together", () => {
  expect(daskCommands("dask scheduler").map((words) => words.join(" "))).toEqual([
    "dask scheduler",
    "python3 -m dask scheduler",
    "python -m dask scheduler",
  ]);
  expect(daskCommands(`"/opt/my dask/bin/dask" scheduler`)).toEqual([["/opt/my dask/bin/dask", "scheduler"]]);
});
