import { expect, test } from "vitest";
import { Activity } from "../../../../../controller/hub/requests/activity.ts";
import type { Outcome } from "../../../../../controller/scheduler/tasks/task.ts";
import { type EngineUuid, engineId, engineUuid, type MsgId, msgId } from "../../../../../protocol/ids.ts";

const engine = { id: engineId(0), uuid: engineUuid("engine"), language: undefined };
const message = { frames: [], at: 0 };

function opened() {
  const clock = { nowMs: 0 };
  const activity = new Activity(() => clock.nowMs);
  activity.engineJoined(engine);
  const taskEnded = (id: string, outcome: Outcome, where: { engine?: EngineUuid } = { engine: engine.uuid }) =>
    activity.observe({ kind: "task-answered", id: msgId(id), engine: where.engine, outcome, message });
  const direct = (kind: "direct-requested" | "direct-answered", id: MsgId) =>
    activity.observe({ kind, id, engine: engine.uuid, message });
  return { activity, clock, taskEnded, direct };
}

test("an engine has finished what it answered; aborted tasks and those that ended elsewhere do not count", () => {
  const { activity, taskEnded } = opened();
  taskEnded("ok", "ok");
  taskEnded("error", "error");
  taskEnded("aborted", "aborted");
  taskEnded("impossible", "error", {});
  taskEnded("stranger's", "ok", { engine: engineUuid("stranger") });
  expect(activity.completedBy(engine.id)).toEqual({ count: 2, recent: ["ok", "error"] });
  expect(activity.endedTasks).toBe(5);
});

test("what is answered in a lost engine's place is not its work; a late reply of its own to a direct request is", () => {
  const { activity, taskEnded, direct } = opened();
  direct("direct-requested", msgId("late"));
  activity.engineLost(engine);
  taskEnded("died", "error");
  direct("direct-answered", msgId("late"));
  expect(activity.completedBy(engine.id).recent).toEqual(["late"]);
  activity.engineJoined(engine);
  taskEnded("back", "ok");
  expect(activity.completedBy(engine.id).recent).toEqual(["late", "back"]);
});

test("of an engine that is buried only the count remains", () => {
  const { activity, direct } = opened();
  for (const id of ["a", "b"]) direct("direct-requested", msgId(id));
  direct("direct-answered", msgId("a"));
  expect(activity.bury(engine.uuid)).toEqual(["b"]);
  expect(activity.completedBy(engine.id)).toEqual({ count: 1, recent: [] });
  expect(activity.queueOf(engine.id).size).toBe(0);
  direct("direct-answered", msgId("b"));
  expect(activity.completedBy(engine.id).count).toBe(1);
});

test("the latest thousand finished requests are remembered, all are counted", () => {
  const { activity, taskEnded } = opened();
  for (let task = 0; task < 5000; task++) taskEnded(`task ${task}`, "ok");
  const { count, recent } = activity.completedBy(engine.id);
  expect([count, recent.length, recent.at(-1)]).toEqual([5000, 1000, "task 4999"]);
});

test("an engine is idle since it joined or finished something", () => {
  const { activity, clock, taskEnded } = opened();
  clock.nowMs = 1000;
  expect(activity.idleMs(engine.id)).toBe(1000);
  taskEnded("a", "ok");
  clock.nowMs = 1500;
  expect(activity.idleMs(engine.id)).toBe(500);
});
