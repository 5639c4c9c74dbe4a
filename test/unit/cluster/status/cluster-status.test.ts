import { expect, test } from "vitest";
import { painter } from "../../../../cli/log/record-text.ts";
import { clusterStatus, type SeenProcess, type StatusFacts } from "../../../../cluster/status/cluster-status.ts";
import type { EngineReport, HubReport } from "../../../../cluster/status/hub-report.ts";
import { durationText, statusText } from "../../../../cluster/status/status-text.ts";

const engine = (id: number, more: Partial<EngineReport> = {}): EngineReport => ({
  ...{ id, uuid: `uuid-${id}`, language: "typescript", queue: 0, tasks: 0, completed: 7, idleS: 3, silentS: 0.4 },
  ...more,
});
const seen = (more: Partial<SeenProcess>): SeenProcess => ({
  ...{ role: "engine", name: "engine 0", engine: 0, pid: 100, memoryMib: 58.4, processor: 0.97 },
  ...{ log: "/log/0.log", lastWords: "Engine 0 is ready." },
  ...more,
});
const controller: NonNullable<HubReport["controller"]> = {
  ...{ version: "1.2.3", pid: 4711, uptime_s: 7985, memory_mb: 84.2, processor_s: 9, load: 0.031, clients: 2 },
  ...{ tasks_finished: 12_034, db: { name: "dictdb", backlog: 0, is_degraded: false } },
};
const facts = (hub: Partial<HubReport>, processes: readonly SeenProcess[] = []): StatusFacts => ({
  ...{ profile: "sim", clusterId: "", address: "127.0.0.1:4000", processes },
  hub: { engines: [], unassigned: 0, controller, ...hub },
});
const problems = (...given: Parameters<typeof facts>) => clusterStatus(facts(...given)).problems;

test("an engine's process is the one that introduced itself under its id", () => {
  const processes = [seen({ engine: 1, pid: 101 }), seen({ engine: 0, pid: undefined }), seen({ engine: 0, pid: 102 })];
  const { engines } = clusterStatus(facts({ engines: [engine(0), engine(1, { tasks: 1 }), engine(2)] }, processes));
  expect(engines.map(({ id, pid, state }) => [id, pid, state])).toEqual([
    [0, 102, "idle"],
    [1, 101, "busy"],
    [2, null, "idle"],
  ]);
});

test("a cluster where all is well has no problems", () => {
  expect(problems({ engines: [engine(0)] }, [seen({}), seen({ role: "controller", engine: undefined })])).toEqual([]);
});

test("what has ended is named with its last words and its log", () => {
  const ended = { pid: undefined, lastWords: "it broke" };
  expect(
    problems({}, [seen(ended), seen({ ...ended, engine: undefined, name: "engine 3", lastWords: undefined })]),
  ).toEqual([
    "Engine 0 has ended. It said last: it broke (log: /log/0.log)",
    "The process of engine 3 has ended. It logged nothing. (log: /log/0.log)",
  ]);
});

test("an engine that runs without being known is told from one that was lost", () => {
  expect(problems({ engines: [engine(1)] }, [seen({ engine: undefined }), seen({})])).toEqual([
    "Process 100 runs, but has not registered. It said last: Engine 0 is ready. (log: /log/0.log)",
    "Process 100 runs, but was engine 0, which the controller no longer knows. It said last: Engine 0 is ready. (log: /log/0.log)",
  ]);
});

test("silence, waiting tasks without engines and a failing database are problems", () => {
  expect(problems({ engines: [engine(4, { silentS: 31.2 })] })).toEqual([
    "Engine 4 has not been heard for 31 s: it is stopped, or its machine cannot be reached.",
  ]);
  const failing = { ...controller, db: { name: "sqlitedb", backlog: 900, is_degraded: true } };
  expect(problems({ unassigned: 5, controller: failing })).toEqual([
    "5 tasks wait, but no engine is registered: add some with `ipcluster engines`.",
    "The task database (sqlitedb) fails or is too slow: records are incomplete. See `ipcluster logs --part controller`.",
  ]);
});

test("people get a table; what is not known is a dash", () => {
  const engines = [engine(0, { tasks: 1, completed: 3021 }), engine(10, { language: undefined })];
  const status = clusterStatus(facts({ engines, unassigned: 2 }, [seen({})]));
  expect(statusText(status, painter(false)).split("\n")).toEqual([
    'Cluster of profile "sim": 2 engines',
    "controller  127.0.0.1:4000, process 4711, up 2 h 13 min, 84 MB, 3 % CPU, 2 clients, version 1.2.3",
    "tasks       2 wait for an engine, 12034 finished",
    "database    dictdb",
    "",
    "ID  LANGUAGE    STATE  QUEUE  TASKS  COMPLETED  MEMORY   CPU  HEARD  PROCESS",
    " 0  typescript  busy       0      1       3021   58 MB  97 %  0.4 s      100",
    "10  –           idle       0      0          7       –     –  0.4 s        –",
  ]);
});

test("of a controller of another make what it does not tell is left out", () => {
  const hub: HubReport = {
    engines: [{ id: 0, uuid: "uuid-0", language: undefined, queue: 1, tasks: 0, completed: 7 }],
    unassigned: 0,
  };
  const status = clusterStatus({ ...facts({}), hub });
  expect(status).toMatchObject({ tasksFinished: null, db: null, engines: [{ state: "busy", lastHeardS: null }] });
  expect(statusText(status, painter(false))).toContain(
    "controller  127.0.0.1:4000, of another make: it tells no more\n",
  );
});

test("durations have their two greatest units", () => {
  expect([0.4, 59, 60, 3661, 90_061, 864_000].map(durationText)).toEqual([
    ...["0 s", "59 s", "1 min 0 s", "1 h 1 min", "1 d 1 h", "10 d 0 h"],
  ]);
});
