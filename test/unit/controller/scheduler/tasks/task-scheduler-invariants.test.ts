import fc from "fast-check";
import { expect, test } from "vitest";
import { schemeNames, schemes } from "../../../../../controller/scheduler/placement/schemes.ts";
import type { Outcome, Task } from "../../../../../controller/scheduler/tasks/task.ts";
import { TaskScheduler } from "../../../../../controller/scheduler/tasks/task-scheduler.ts";
import { engineUuid, type MsgId, msgId } from "../../../../../protocol/ids.ts";
import { SchedulerWitness } from "../../../../support/scheduler-witness.ts";

const engines = Array.from({ length: 4 }, (_, number) => engineUuid(`engine-${number}`));
/** Joins at the end, so that what still waits can run. */
const fresh = engineUuid("fresh");
const idOf = (number: number): MsgId => msgId(`s_1_${number}`);
/** Ended under an earlier controller. */
const earlierOf = (number: number): MsgId => msgId(`earlier_1_${number}`);

const engine = fc.nat(3).map((number) => engines[number] ?? fresh);
const dependency = fc.option(
  fc.record({
    /** Counted back from the task itself: 0 is the task, 9 may be one that never was. */
    back: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 }),
    earlier: fc.uniqueArray(fc.nat(3), { maxLength: 2 }),
    all: fc.boolean(),
    success: fc.boolean(),
    failure: fc.boolean(),
  }),
  { nil: undefined, freq: 3 },
);
const wishes = fc.oneof(
  { weight: 1, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.record({
      targets: fc.option(fc.uniqueArray(engine, { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 3 }),
      after: dependency,
      follow: dependency,
      retries: fc.nat(2),
      timeoutMs: fc.constantFrom(0, 0, 10),
    }),
  },
);
const restored = fc.array(fc.record({ wishes, engine: fc.option(engine, { nil: undefined }) }), { maxLength: 6 });
const outcome = fc.constantFrom<Outcome>("ok", "ok", "ok", "error", "aborted", "unmet");
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("submit" as const), wishes }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("answer" as const), pick: fc.nat(), outcome }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("join" as const), engine }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("lose" as const), engine }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("abandon" as const), engine }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("abort" as const), numbers: fc.array(fc.nat(40), { maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("expire" as const), number: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("stray" as const), number: fc.nat(40), engine, outcome }) },
);
type Value<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Type> ? Type : never;

function taskOf(number: number, wish: Value<typeof wishes>): Task {
  const read = (given: Value<typeof dependency>): Task["after"] => {
    if (!given) return undefined;
    const { back, earlier, all, success, failure } = given;
    const ids = [...back.map((steps) => idOf(number - steps)), ...earlier.map(earlierOf)];
    return { ids: all ? ids.slice(0, 2) : ids, all, success, failure };
  };
  const { targets, after, follow, retries = 0, timeoutMs = 0 } = wish ?? {};
  return {
    id: idOf(number),
    targets: targets && new Set(targets),
    after: read(after),
    follow: read(follow),
    timeoutMs,
    retries,
  };
}

function answer(witness: SchedulerWitness, pick: number, given: Outcome): void {
  const running = [...witness.running];
  const [task, holder] = running[pick % Math.max(1, running.length)] ?? [];
  if (task && holder) witness.handle({ kind: "task-answered", task, engine: holder, outcome: given });
}

function take(witness: SchedulerWitness, taken: Value<typeof step>): void {
  switch (taken.kind) {
    case "submit":
      witness.handle({ kind: "task-submitted", task: taskOf(witness.tasks.size, taken.wishes) });
      break;
    case "answer":
      answer(witness, taken.pick, taken.outcome);
      break;
    case "join":
      witness.handle({ kind: "engine-joined", engine: taken.engine });
      break;
    case "lose":
      witness.handle({ kind: "engine-lost", engine: taken.engine });
      break;
    case "abandon":
      if (witness.lost.has(taken.engine) || witness.live.has(taken.engine))
        witness.handle({ kind: "engine-abandoned", engine: taken.engine });
      break;
    case "abort":
      witness.handle({ kind: "abort-requested", tasks: taken.numbers.map(idOf) });
      break;
    case "expire":
      witness.handle({ kind: "wait-expired", task: idOf(taken.number) });
      break;
    case "stray": {
      const task = idOf(taken.number);
      if (witness.running.get(task) === taken.engine) break;
      witness.handle({ kind: "task-answered", task, engine: taken.engine, outcome: taken.outcome });
      break;
    }
  }
}

/** Everything that is there goes; then one engine answers whatever still runs, and what cannot run expires. */
function finish(witness: SchedulerWitness): void {
  for (const each of engines) witness.handle({ kind: "engine-lost", engine: each });
  for (const each of engines) witness.handle({ kind: "engine-abandoned", engine: each });
  witness.handle({ kind: "engine-joined", engine: fresh });
  const drain = () => {
    while (witness.running.size > 0) answer(witness, 0, "ok");
  };
  drain();
  for (const task of witness.queued) witness.handle({ kind: "wait-expired", task });
  drain();
}

test("whatever joins, is lost, returns, answers, is aborted or expires, every task ends exactly once", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3), { maxLength: 4 }),
      restored,
      fc.array(step, { maxLength: 80 }),
      fc.constantFrom(0, 1, 3),
      fc.constantFrom(...schemeNames, "pure" as const),
      (joined, earlier, steps, highWaterMark, name) => {
        const isPure = name === "pure";
        const random = () => (steps.length % 7) / 7;
        const rules = isPure
          ? { scheme: schemes.lru, highWaterMark: 0, isPure }
          : { scheme: schemes[name], highWaterMark };
        const scheduler = new TaskScheduler({ ...rules, random });
        const witness = new SchedulerWitness(scheduler, highWaterMark, isPure);
        for (const number of joined) witness.handle({ kind: "engine-joined", engine: engines[number] ?? fresh });
        witness.handle({
          kind: "tasks-restored",
          tasks: earlier.map((each, number) => ({
            task: taskOf(number, isPure ? undefined : each.wishes),
            engine: each.engine,
          })),
          endings: [0, 1].map((number) => ({ task: earlierOf(number), isOk: number === 0, engine: engines[number] })),
        });
        for (const each of steps) take(witness, each);
        finish(witness);
        expect(witness.queued).toEqual([]);
        expect(scheduler.size).toBe(0);
      },
    ),
    { numRuns: 700 },
  );
});
