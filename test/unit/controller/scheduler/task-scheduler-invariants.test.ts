import fc from "fast-check";
import { expect, test } from "vitest";
import type { SchedulerEffect, SchedulerEvent } from "../../../../controller/scheduler/scheduler-events.ts";
import { schemeNames, schemes } from "../../../../controller/scheduler/schemes.ts";
import type { Outcome, Task } from "../../../../controller/scheduler/task.ts";
import { TaskScheduler } from "../../../../controller/scheduler/task-scheduler.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../../../protocol/ids.ts";

const engines = Array.from({ length: 4 }, (_, number) => engineUuid(`engine-${number}`));
/** Joins at the end, so that what still waits can run. */
const fresh = engineUuid("fresh");
const idOf = (number: number): MsgId => msgId(`s_1_${number}`);

/** Follows a scheduler from outside, by its effects alone, and checks what must always hold. */
class Witness {
  readonly scheduler: TaskScheduler;
  readonly submitted = new Map<MsgId, Task>();
  readonly endings = new Map<MsgId, string>();
  readonly running = new Map<MsgId, EngineUuid>();
  readonly live = new Set<EngineUuid>();
  readonly lost = new Set<EngineUuid>();
  readonly highWaterMark: number;

  constructor(scheduler: TaskScheduler, highWaterMark: number) {
    this.scheduler = scheduler;
    this.highWaterMark = highWaterMark;
  }

  handle(event: SchedulerEvent): void {
    for (const effect of this.scheduler.handle(event)) this.#see(effect, event);
    this.#check();
  }

  #see(effect: SchedulerEffect, event: SchedulerEvent): void {
    switch (effect.kind) {
      case "dispatch": {
        expect(this.endings.has(effect.task)).toBe(false);
        expect(this.live.has(effect.engine)).toBe(true);
        expect(this.submitted.get(effect.task)?.targets?.has(effect.engine)).not.toBe(false);
        this.running.set(effect.task, effect.engine);
        break;
      }
      case "deliver":
        expect(event).toMatchObject({ kind: "task-answered", task: effect.task });
        this.#end(effect.task, "delivered");
        break;
      case "fail":
        this.#end(effect.task, effect.failure.code);
        break;
      case "await-late-replies":
        this.lost.add(effect.engine);
        break;
      case "start-timeout":
        expect(this.endings.has(effect.task)).toBe(false);
        break;
    }
  }

  #end(task: MsgId, how: string): void {
    expect(this.submitted.has(task)).toBe(true);
    expect(this.endings.has(task)).toBe(false);
    this.endings.set(task, how);
    this.running.delete(task);
  }

  #check(): void {
    const unassigned = this.scheduler.unassigned();
    for (const engine of this.live) {
      const held = this.scheduler.heldBy(engine);
      if (this.highWaterMark > 0) expect(held.size).toBeLessThanOrEqual(this.highWaterMark);
      const hasRoom = this.highWaterMark === 0 || held.size < this.highWaterMark;
      if (hasRoom) expect(unassigned.filter((id) => this.#isPlain(id))).toEqual([]);
    }
    expect(
      unassigned.length + [...engines, fresh].reduce((sum, each) => sum + this.scheduler.heldBy(each).size, 0),
    ).toBe(this.submitted.size - this.endings.size);
  }

  #isPlain(id: MsgId): boolean {
    const task = this.submitted.get(id);
    return (
      task !== undefined && !task.targets && !task.after && !task.follow && task.retries === 0 && !this.unmet.has(id)
    );
  }

  /** Tasks that some engine sent back. */
  readonly unmet = new Set<MsgId>();
}

const dependency = fc.option(
  fc.record({
    numbers: fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 3 }),
    all: fc.boolean(),
    success: fc.boolean(),
    failure: fc.boolean(),
  }),
  { nil: undefined, freq: 4 },
);
const wishes = fc.record({
  targets: fc.option(fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 3 }),
  after: dependency,
  follow: dependency,
  retries: fc.nat(2),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("submit" as const), wishes }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("answer" as const),
      pick: fc.nat(),
      outcome: fc.constantFrom<Outcome>("ok", "ok", "ok", "error", "aborted", "unmet"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("join" as const), engine: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose" as const), engine: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("abandon" as const), engine: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("expire" as const), number: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("stray" as const), number: fc.nat(30), engine: fc.nat(3) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type Wishes = typeof wishes extends fc.Arbitrary<infer Value> ? Value : never;

const engineAt = (number: number): EngineUuid => engines[number % engines.length] ?? engineUuid("engine-0");

function readDependency(wish: Wishes["after"]): Task["after"] {
  return wish && { ...wish, ids: wish.numbers.map(idOf) };
}

function submit(witness: Witness, { targets, after, follow, retries }: Wishes): void {
  const task: Task = {
    id: idOf(witness.submitted.size),
    targets: targets && new Set(targets.map(engineAt)),
    after: readDependency(after),
    follow: readDependency(follow),
    timeoutMs: 0,
    retries,
  };
  witness.submitted.set(task.id, task);
  witness.handle({ kind: "task-submitted", task });
}

function answer(witness: Witness, pick: number, outcome: Outcome): void {
  const running = [...witness.running];
  const [task, engine] = running[pick % Math.max(1, running.length)] ?? [];
  if (!task || !engine) return;
  if (outcome === "unmet") witness.unmet.add(task);
  witness.running.delete(task);
  witness.handle({ kind: "task-answered", task, engine, outcome });
}

function lose(witness: Witness, engine: EngineUuid): void {
  if (witness.live.delete(engine)) witness.handle({ kind: "engine-lost", engine });
}

function abandon(witness: Witness, engine: EngineUuid): void {
  if (!witness.lost.delete(engine)) return;
  for (const [task, holder] of witness.running) if (holder === engine) witness.running.delete(task);
  witness.handle({ kind: "engine-abandoned", engine });
}

function join(witness: Witness, engine: EngineUuid): void {
  if (witness.lost.has(engine)) return;
  witness.live.add(engine);
  witness.handle({ kind: "engine-joined", engine });
}

/** An answer from an engine that does not hold the task. */
function stray(witness: Witness, task: MsgId, engine: EngineUuid): void {
  if (witness.running.get(task) === engine) return;
  witness.handle({ kind: "task-answered", task, engine, outcome: "ok" });
}

function take(witness: Witness, step: Step): void {
  if (step.kind === "submit") submit(witness, step.wishes);
  else if (step.kind === "answer") answer(witness, step.pick, step.outcome);
  else if (step.kind === "join") join(witness, engineAt(step.engine));
  else if (step.kind === "lose") lose(witness, engineAt(step.engine));
  else if (step.kind === "abandon") abandon(witness, engineAt(step.engine));
  else if (step.kind === "expire") witness.handle({ kind: "wait-expired", task: idOf(step.number) });
  else stray(witness, idOf(step.number), engineAt(step.engine));
}

/** Answers whatever runs until nothing runs any more. */
function drain(witness: Witness): void {
  while (witness.running.size > 0) answer(witness, 0, "ok");
}

test("whatever joins, is lost, answers or expires, every task ends exactly once and the invariants hold", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.nat(3),
      fc.constantFrom(...schemeNames),
      (steps, highWaterMark, scheme) => {
        const random = () => (steps.length % 7) / 7;
        const witness = new Witness(
          new TaskScheduler({ scheme: schemes[scheme], highWaterMark, random }),
          highWaterMark,
        );
        for (const each of steps) take(witness, each);
        for (const engine of engines) lose(witness, engine);
        for (const engine of engines) abandon(witness, engine);
        join(witness, fresh);
        drain(witness);
        for (const id of witness.scheduler.unassigned()) witness.handle({ kind: "wait-expired", task: id });
        drain(witness);
        expect(witness.endings.size).toBe(witness.submitted.size);
      },
    ),
    { numRuns: 500 },
  );
});
