import { expect, test } from "vitest";
import { readLine } from "../../../../cluster/logs/log-line.ts";

test("a line of an engine tells its id; one of the controller is about an engine", () => {
  const line = (name: string) =>
    `{"level":"info","levelno":20,"time":"2026-11-21T12:00:00.123Z","name":"${name}","pid":7,"engine":3,"msg":"hello"}`;
  const timeMs = Date.UTC(2026, 10, 21, 12, 0, 0, 123);
  const said = { timeMs, level: "info", pid: 7, msg: "hello", fields: { engine: 3 } };
  expect(readLine(line("ipengine"))).toEqual({ ...said, name: "ipengine", engine: 3 });
  expect(readLine(line("ipcontroller"))).toEqual({ ...said, name: "ipcontroller", engine: undefined });
});

test("lines of Python's engines are in local time, and name their level from warnings on", () => {
  const timeMs = new Date(2026, 10, 21, 12, 43, 10, 206).getTime();
  expect(readLine("2026-11-21 12:43:10.206 [IPEngine.2] Starting nanny")).toMatchObject({
    ...{ timeMs, level: "info", name: "IPEngine.2", engine: 2, msg: "Starting nanny" },
  });
  expect(readLine("2026-11-21 12:43:10.206 [IPEngine] WARNING | Not using CurveZMQ security")).toMatchObject({
    ...{ timeMs, level: "warn", engine: undefined, msg: "Not using CurveZMQ security" },
  });
});

test("any other line is what it is, without time and level", () => {
  expect(readLine("RuntimeError: no")).toMatchObject({ timeMs: undefined, level: undefined, msg: "RuntimeError: no" });
});
