import { describe, expect, test } from "vitest";
import { schemes } from "../../../../../controller/scheduler/placement/schemes.ts";
import type { Dependency, Task } from "../../../../../controller/scheduler/tasks/task.ts";
import { TaskScheduler } from "../../../../../controller/scheduler/tasks/task-scheduler.ts";
import { engineUuid, type MsgId, msgId } from "../../../../../protocol/ids.ts";

const [e0, e1, e2] = [engineUuid("engine-0"), engineUuid("engine-1"), engineUuid("engine-2")];
const [a, b, c, d] = [msgId("s_1_0"), msgId("s_1_1"), msgId("s_1_2"), msgId("s_1_3")];

function scheduler(engines = [e0, e1], highWaterMark = 1): TaskScheduler {
  const made = new TaskScheduler({ scheme: schemes.leastload, highWaterMark, random: () => 0.5 });
  for (const engine of [...engines].reverse()) made.handle({ kind: "engine-joined", engine });
  return made;
}

const task = (id: MsgId, wishes: Partial<Task> = {}): Task => ({ id, timeoutMs: 0, retries: 0, ...wishes });
const on = (...ids: MsgId[]): Dependency => ({ ids, all: true, success: true, failure: false });

const submit = (to: TaskScheduler, id: MsgId, wishes: Partial<Task> = {}) =>
  to.handle({ kind: "task-submitted", task: task(id, wishes) });
const answer = (
  to: TaskScheduler,
  id: MsgId,
  engine: typeof e0,
  outcome: "ok" | "error" | "aborted" | "unmet" = "ok",
) => to.handle({ kind: "task-answered", task: id, engine, outcome });
const dispatch = (id: MsgId, engine: typeof e0) => ({ kind: "dispatch", task: id, engine });
const deliver = (id: MsgId) => ({ kind: "deliver", task: id });
const impossible = (id: MsgId) => ({ kind: "fail", task: id, failure: { code: "impossible-dependency" } });
const died = (id: MsgId, engine: typeof e0) => ({
  kind: "fail",
  task: id,
  failure: { code: "engine-died", engine, task: id },
});

describe("choosing an engine", () => {
  test("tasks go to the least loaded engines, later ones wait, and a freed engine takes the first that waits", () => {
    const made = scheduler();
    expect(submit(made, a)).toEqual([dispatch(a, e0)]);
    expect(submit(made, b)).toEqual([dispatch(b, e1)]);
    expect(submit(made, c)).toEqual([]);
    expect(submit(made, d)).toEqual([]);
    expect(made.unassigned()).toEqual([c, d]);
    expect(answer(made, b, e1)).toEqual([deliver(b), dispatch(c, e1)]);
    expect(answer(made, a, e0)).toEqual([deliver(a), dispatch(d, e0)]);
    expect([...made.heldBy(e0)]).toEqual([d]);
  });

  test("a high-water mark of two lets an engine hold two tasks, and of zero any number", () => {
    const two = scheduler([e0], 2);
    expect([a, b, c].map((id) => submit(two, id))).toEqual([[dispatch(a, e0)], [dispatch(b, e0)], []]);
    const unlimited = scheduler([e0], 0);
    expect([a, b, c].flatMap((id) => submit(unlimited, id))).toEqual([a, b, c].map((id) => dispatch(id, e0)));
  });

  test("tasks that were passed by keep their order", () => {
    const made = scheduler([e0, e1]);
    submit(made, a, { targets: new Set([e0]) });
    for (const id of [b, c, d]) submit(made, id, { targets: new Set([e0]) });
    expect(answer(made, a, e0)).toEqual([deliver(a), dispatch(b, e0)]);
    expect(answer(made, b, e0)).toEqual([deliver(b), dispatch(c, e0)]);
    expect(answer(made, c, e0)).toEqual([deliver(c), dispatch(d, e0)]);
  });

  test("a task without engines waits for the first that joins", () => {
    const made = scheduler([]);
    expect(submit(made, a)).toEqual([]);
    expect(made.handle({ kind: "engine-joined", engine: e0 })).toEqual([dispatch(a, e0)]);
  });

  test("a task with targets waits for them while others pass it by", () => {
    const made = scheduler();
    submit(made, a);
    expect(submit(made, b, { targets: new Set([e0]) })).toEqual([]);
    expect(submit(made, c)).toEqual([dispatch(c, e1)]);
    expect(answer(made, a, e0)).toEqual([deliver(a), dispatch(b, e0)]);
  });

  test("a task whose targets are not there is impossible", () => {
    expect(submit(scheduler(), a, { targets: new Set([e2]) })).toEqual([impossible(a)]);
  });

  test("a waiting task whose last target is lost becomes impossible", () => {
    const made = scheduler();
    submit(made, a);
    submit(made, b, { targets: new Set([e0]) });
    expect(made.handle({ kind: "engine-lost", engine: e0 })).toEqual([
      { kind: "await-late-replies", engine: e0 },
      impossible(b),
    ]);
  });

  test("a task that was submitted before is ignored", () => {
    const made = scheduler();
    submit(made, a);
    expect(submit(made, a)).toEqual([]);
    answer(made, a, e0);
    expect(made.knows(a)).toBe(true);
    expect(submit(made, a)).toEqual([]);
  });
});

describe("answers", () => {
  test("an error or an abort is the task's result when no retries are left", () => {
    const made = scheduler();
    submit(made, a);
    submit(made, b);
    expect(answer(made, a, e0, "error")).toEqual([deliver(a)]);
    expect(answer(made, b, e1, "aborted")).toEqual([deliver(b)]);
  });

  test("a running task that is aborted is not run again, whatever its engine answers", () => {
    for (const [outcome, effect] of [
      ["aborted", "deliver"],
      ["error", "deliver"],
      ["unmet", "abort"],
      ["ok", "deliver"],
    ] as const) {
      const made = scheduler();
      submit(made, a, { retries: 2 });
      expect(made.handle({ kind: "abort-requested", tasks: [a] })).toEqual([]);
      expect(answer(made, a, e0, outcome)).toEqual([{ kind: effect, task: a }]);
    }
  });

  test("a task that is aborted fails with its engine, though it has retries", () => {
    const made = scheduler();
    submit(made, a, { retries: 2 });
    made.handle({ kind: "abort-requested", tasks: [a] });
    made.handle({ kind: "engine-lost", engine: e0 });
    expect(made.handle({ kind: "engine-abandoned", engine: e0 })).toEqual([died(a, e0)]);
  });

  test("a failed task with retries runs again on another engine, and not twice on the same", () => {
    const made = scheduler();
    submit(made, a, { retries: 2 });
    expect(answer(made, a, e0, "error")).toEqual([dispatch(a, e1)]);
    expect(answer(made, a, e1, "error")).toEqual([]);
    expect(made.handle({ kind: "engine-joined", engine: e2 })).toEqual([dispatch(a, e2)]);
    expect(answer(made, a, e2, "error")).toEqual([deliver(a)]);
  });

  test("an unmet dependency moves a task on without using a retry, until no target is left", () => {
    const made = scheduler();
    submit(made, a, { targets: new Set([e0, e1]) });
    expect(answer(made, a, e0, "unmet")).toEqual([dispatch(a, e1)]);
    expect(answer(made, a, e1, "unmet")).toEqual([impossible(a)]);
  });

  test("an answer of an engine that does not hold the task changes nothing", () => {
    const made = scheduler();
    submit(made, a);
    expect(answer(made, a, e1)).toEqual([]);
    answer(made, a, e0);
    expect(answer(made, a, e0)).toEqual([]);
    expect(answer(made, b, e0)).toEqual([]);
  });
});

describe("lost engines", () => {
  test("their tasks fail once the time for late replies is over; waiting ones go elsewhere", () => {
    const made = scheduler();
    for (const id of [a, b, c]) submit(made, id);
    expect(made.handle({ kind: "engine-lost", engine: e0 })).toEqual([{ kind: "await-late-replies", engine: e0 }]);
    expect(made.handle({ kind: "engine-abandoned", engine: e0 })).toEqual([died(a, e0)]);
    expect(answer(made, a, e0)).toEqual([]);
    expect(answer(made, b, e1)).toEqual([deliver(b), dispatch(c, e1)]);
  });

  test("a reply that comes in time counts, and the engine gets nothing more", () => {
    const made = scheduler();
    submit(made, a);
    submit(made, b);
    submit(made, c);
    made.handle({ kind: "engine-lost", engine: e0 });
    expect(answer(made, a, e0)).toEqual([deliver(a)]);
    expect(made.handle({ kind: "engine-abandoned", engine: e0 })).toEqual([]);
    expect(made.unassigned()).toEqual([c]);
  });

  test("an idle engine's loss needs no waiting", () => {
    expect(scheduler().handle({ kind: "engine-lost", engine: e0 })).toEqual([]);
  });

  test("a task with retries outlives its engine", () => {
    const made = scheduler();
    submit(made, a, { retries: 1 });
    made.handle({ kind: "engine-lost", engine: e0 });
    expect(made.handle({ kind: "engine-abandoned", engine: e0 })).toEqual([dispatch(a, e1)]);
  });
});

describe("dependencies", () => {
  test("a task runs after those that it names", () => {
    const made = scheduler();
    submit(made, a);
    expect(submit(made, b, { after: on(a) })).toEqual([]);
    expect(answer(made, a, e0)).toEqual([deliver(a), dispatch(b, e1)]);
  });

  test("a task that follows another runs where that one ran, even if it must wait", () => {
    const made = scheduler();
    submit(made, a);
    submit(made, b, { follow: on(a) });
    expect(answer(made, a, e0)).toEqual([deliver(a), dispatch(b, e0)]);
    expect(submit(made, c, { follow: on(a) })).toEqual([]);
    expect(answer(made, b, e0)).toEqual([deliver(b), dispatch(c, e0)]);
  });

  test("following tasks that ran on different engines is impossible, following any of them is not", () => {
    const made = scheduler();
    submit(made, a);
    submit(made, b);
    answer(made, a, e0);
    answer(made, b, e1);
    expect(submit(made, c, { follow: on(a, b) })).toEqual([impossible(c)]);
    expect(submit(made, d, { follow: { ...on(a, b), all: false } })).toEqual([dispatch(d, e0)]);
  });

  test("following a task whose engine is gone is impossible", () => {
    const made = scheduler();
    submit(made, a);
    answer(made, a, e0);
    made.handle({ kind: "engine-lost", engine: e0 });
    expect(submit(made, b, { follow: on(a) })).toEqual([impossible(b)]);
  });

  test("following a failure runs where it failed; one that never ran can be followed nowhere, but any other will do", () => {
    const failures = (...ids: MsgId[]): Dependency => ({ ids, all: false, success: false, failure: true });
    const made = scheduler();
    submit(made, a);
    answer(made, a, e0, "error");
    submit(made, b, { targets: new Set([e2]) });
    expect(submit(made, c, { follow: failures(b) })).toEqual([impossible(c)]);
    expect(submit(made, d, { follow: failures(a, b) })).toEqual([dispatch(d, e0)]);
  });

  test("following all of several is impossible as soon as two of them have run apart, whatever the others do", () => {
    const made = scheduler([e0, e1], 2);
    submit(made, a);
    submit(made, b);
    submit(made, c);
    submit(made, d, { follow: on(a, b, c) });
    answer(made, a, e0);
    expect(answer(made, b, e1)).toEqual([deliver(b), impossible(d)]);
  });

  test("a task with an invalid dependency leaves nothing behind", () => {
    const made = scheduler();
    submit(made, a, { after: on(b, c) });
    expect(made.size).toBe(0);
  });

  test("a failure makes dependents impossible, and theirs, unless they wanted it", () => {
    const made = scheduler([e0]);
    submit(made, a);
    submit(made, b, { after: on(a) });
    submit(made, c, { after: on(b) });
    submit(made, d, { after: { ...on(a), success: false, failure: true } });
    expect(answer(made, a, e0, "error")).toEqual([deliver(a), impossible(b), impossible(c), dispatch(d, e0)]);
  });

  test("any one of several dependencies is enough where not all are asked for", () => {
    const made = scheduler();
    submit(made, a);
    submit(made, b);
    submit(made, c, { after: { ...on(a, b), all: false } });
    expect(answer(made, a, e0, "error")).toEqual([deliver(a)]);
    expect(answer(made, b, e1)).toEqual([deliver(b), dispatch(c, e0)]);
  });

  test("a dependency on itself or on a task that was never submitted is invalid", () => {
    const invalid = (id: MsgId) => ({ kind: "fail", task: id, failure: { code: "invalid-dependency" } });
    expect(submit(scheduler(), a, { after: on(a) })).toEqual([invalid(a)]);
    expect(submit(scheduler(), a, { follow: on(b) })).toEqual([invalid(a)]);
  });

  test("a long chain of dependents fails without exhausting the stack", () => {
    const made = scheduler([e0]);
    submit(made, a);
    const ids = Array.from({ length: 20_000 }, (_, number) => msgId(`chain_1_${number}`));
    for (const [at, id] of ids.entries()) submit(made, id, { after: on(ids[at - 1] ?? a) });
    expect(answer(made, a, e0, "error")).toHaveLength(ids.length + 1);
  });
});

describe("timeouts", () => {
  const expired = (id: MsgId) => ({ kind: "fail", task: id, failure: { code: "task-timeout" } });

  test("a queued task fails when its time is over; one that is dispatched at once has no clock", () => {
    const made = scheduler([e0]);
    expect(submit(made, a, { timeoutMs: 100 })).toEqual([dispatch(a, e0)]);
    expect(submit(made, b, { timeoutMs: 100 })).toEqual([{ kind: "start-timeout", task: b, timeoutMs: 100 }]);
    expect(made.handle({ kind: "wait-expired", task: b })).toEqual([expired(b)]);
    expect(made.handle({ kind: "wait-expired", task: a })).toEqual([]);
    expect(made.handle({ kind: "wait-expired", task: b })).toEqual([]);
  });

  test("a task that has to be run again but finds no engine is on the clock", () => {
    const made = scheduler([e0]);
    submit(made, a, { timeoutMs: 100, retries: 1 });
    expect(answer(made, a, e0, "error")).toEqual([{ kind: "start-timeout", task: a, timeoutMs: 100 }]);
    expect(made.handle({ kind: "wait-expired", task: a })).toEqual([expired(a)]);
  });

  test("the clock runs for a task that waits for others", () => {
    const made = scheduler([e0]);
    submit(made, a);
    expect(submit(made, b, { after: on(a), timeoutMs: 5 })).toEqual([{ kind: "start-timeout", task: b, timeoutMs: 5 }]);
  });
});
