import { describe, expect, test } from "vitest";
import { schemes } from "../../../../../controller/scheduler/placement/schemes.ts";
import type { Dependency, Task } from "../../../../../controller/scheduler/tasks/task.ts";
import { TaskScheduler } from "../../../../../controller/scheduler/tasks/task-scheduler.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../../../../protocol/ids.ts";

const [e0, e1] = [engineUuid("engine-0"), engineUuid("engine-1")];
const [a, b, c, d] = [msgId("s_1_0"), msgId("s_1_1"), msgId("s_1_2"), msgId("s_1_3")];

function scheduler(engines: readonly EngineUuid[], isPure = false): TaskScheduler {
  const scheme = isPure ? schemes.lru : schemes.leastload;
  const made = new TaskScheduler({ scheme, highWaterMark: isPure ? 0 : 1, random: () => 0.5, isPure });
  for (const engine of [...engines].reverse()) made.handle({ kind: "engine-joined", engine });
  return made;
}

const task = (id: MsgId, wishes: Partial<Task> = {}): Task => ({ id, timeoutMs: 0, retries: 0, ...wishes });
const on = (...ids: MsgId[]): Dependency => ({ ids, all: true, success: true, failure: false });
const submit = (to: TaskScheduler, id: MsgId, wishes: Partial<Task> = {}) =>
  to.handle({ kind: "task-submitted", task: task(id, wishes) });
const restore = (
  to: TaskScheduler,
  tasks: readonly (readonly [MsgId, EngineUuid | undefined, Partial<Task>?])[],
  endings: readonly { task: MsgId; isOk: boolean; engine: EngineUuid | undefined }[] = [],
) =>
  to.handle({
    kind: "tasks-restored",
    tasks: tasks.map(([id, engine, wishes]) => ({ task: task(id, wishes), engine })),
    endings,
  });
const answer = (to: TaskScheduler, id: MsgId, engine: EngineUuid, outcome: "ok" | "error" | "unmet" = "ok") =>
  to.handle({ kind: "task-answered", task: id, engine, outcome });
const dispatch = (id: MsgId, engine: EngineUuid) => ({ kind: "dispatch", task: id, engine });
const deliver = (id: MsgId) => ({ kind: "deliver", task: id });
const failed = (id: MsgId, code: string) => ({
  kind: "fail",
  task: id,
  failure: expect.objectContaining({ code }) as unknown,
});

describe("aborts", () => {
  const abort = (to: TaskScheduler, ...tasks: MsgId[]) => to.handle({ kind: "abort-requested", tasks });

  test("a queued task ends at once, without a retry, and fails those that wait for it", () => {
    const made = scheduler([e0]);
    submit(made, a);
    submit(made, b, { retries: 3 });
    submit(made, c, { after: on(b) });
    submit(made, d, { after: { ...on(b), success: false, failure: true } });
    expect(abort(made, b)).toEqual([{ kind: "abort", task: b }, failed(c, "impossible-dependency")]);
    expect(answer(made, a, e0)).toEqual([deliver(a), dispatch(d, e0)]);
  });

  test("one that waits for others is queued, too; the second abort finds nothing", () => {
    const made = scheduler([e0]);
    submit(made, a);
    submit(made, b, { after: on(a) });
    expect(abort(made, b, b)).toEqual([{ kind: "abort", task: b }]);
    expect(abort(made, b, c)).toEqual([]);
    expect(answer(made, a, e0)).toEqual([deliver(a)]);
    expect(made.size).toBe(0);
  });

  test("a running task is its engine's affair", () => {
    const made = scheduler([e0]);
    submit(made, a);
    expect(abort(made, a)).toEqual([]);
    expect(answer(made, a, e0)).toEqual([deliver(a)]);
  });
});

describe("tasks of an earlier controller", () => {
  test("those that an engine has are awaited there, others are queued in their order", () => {
    const made = scheduler([e0, e1]);
    expect(
      restore(made, [
        [a, e0],
        [b, undefined],
        [c, undefined],
      ]),
    ).toEqual([dispatch(b, e1)]);
    expect(answer(made, a, e0)).toEqual([deliver(a), dispatch(c, e0)]);
  });

  test("one whose engine is gone runs again if it may, and has failed if not", () => {
    const made = scheduler([e0]);
    expect(
      restore(made, [
        [a, e1],
        [b, e1, { retries: 1 }],
      ]),
    ).toEqual([failed(a, "engine-died"), dispatch(b, e0)]);
  });

  test("they may depend on each other and on tasks whose end is on record, and on nothing else", () => {
    const made = scheduler([e0]);
    const tasks = [
      [a, undefined],
      [b, undefined, { after: on(a) }],
      [c, undefined, { after: on(d) }],
    ] as const;
    expect(restore(made, tasks)).toEqual([failed(c, "invalid-dependency"), dispatch(a, e0)]);
    expect(answer(made, a, e0)).toEqual([deliver(a), dispatch(b, e0)]);

    const other = scheduler([e0, e1]);
    const ending = { task: a, isOk: true, engine: e1 };
    expect(restore(other, [[b, undefined, { follow: on(a) }]], [ending])).toEqual([dispatch(b, e1)]);
  });

  test("an engine may have more of them than it would get, and gets none until it has room", () => {
    const made = scheduler([e0]);
    restore(made, [
      [a, e0],
      [b, e0],
      [c, undefined],
    ]);
    expect(answer(made, a, e0)).toEqual([deliver(a)]);
    expect(answer(made, b, e0)).toEqual([deliver(b), dispatch(c, e0)]);
    answer(made, c, e0);
    expect(made.size).toBe(0);
  });
});

describe("engines that return", () => {
  test("one that returns in time keeps what it holds", () => {
    const made = scheduler([e0]);
    submit(made, a);
    made.handle({ kind: "engine-lost", engine: e0 });
    submit(made, b);
    expect(made.handle({ kind: "engine-joined", engine: e0 })).toEqual([]);
    expect(made.handle({ kind: "engine-abandoned", engine: e0 })).toEqual([]);
    expect(answer(made, a, e0)).toEqual([deliver(a), dispatch(b, e0)]);
  });

  test("one that returns later gets new tasks; its old answers are dropped", () => {
    const made = scheduler([e0]);
    submit(made, a);
    made.handle({ kind: "engine-lost", engine: e0 });
    expect(made.handle({ kind: "engine-abandoned", engine: e0 })).toEqual([failed(a, "engine-died")]);
    made.handle({ kind: "engine-joined", engine: e0 });
    expect(answer(made, a, e0)).toEqual([]);
    expect(submit(made, b)).toEqual([dispatch(b, e0)]);
  });

  test("a task that follows any of several can run where one of them ran, as soon as that engine is back", () => {
    const made = scheduler([e0, e1]);
    submit(made, a);
    submit(made, b);
    submit(made, c, { follow: { ...on(a, b), all: false } });
    answer(made, a, e0);
    expect(made.heldBy(e0)).toEqual(new Set([c]));
    submit(made, d, { follow: { ...on(a, b), all: false } });
    made.handle({ kind: "engine-lost", engine: e0 });
    expect(made.unassigned()).toEqual([d]);
    made.handle({ kind: "engine-joined", engine: e0 });
    expect(answer(made, c, e0)).toEqual([deliver(c), dispatch(d, e0)]);
  });
});

describe("the scheme pure", () => {
  test("tasks go to engines in turn, however much these hold, and an answer is final", () => {
    const made = scheduler([e0, e1], true);
    const sent = [a, b, c].flatMap((id) => submit(made, id));
    expect(sent).toEqual([dispatch(a, e0), dispatch(b, e1), dispatch(c, e0)]);
    expect(answer(made, a, e0, "unmet")).toEqual([deliver(a)]);
    expect(answer(made, b, e1, "error")).toEqual([deliver(b)]);
  });

  test("what a task asks for is refused by name", () => {
    const made = scheduler([e0], true);
    expect(submit(made, a, { targets: new Set([e0]), retries: 1, timeoutMs: 5 })).toEqual([
      { kind: "fail", task: a, failure: { code: "pure-scheme", wishes: ["targets", "timeout", "retries"] } },
    ]);
  });

  test("a lost engine's tasks fail, and the others go on", () => {
    const made = scheduler([e0, e1], true);
    submit(made, a);
    made.handle({ kind: "engine-lost", engine: e0 });
    expect(made.handle({ kind: "engine-abandoned", engine: e0 })).toEqual([failed(a, "engine-died")]);
    expect(submit(made, b)).toEqual([dispatch(b, e1)]);
  });
});
