import { expect } from "vitest";
import type { SchedulerEffect, SchedulerEvent } from "../../controller/scheduler/tasks/scheduler-events.ts";
import { type Dependency, type Task, wishesOf } from "../../controller/scheduler/tasks/task.ts";
import type { TaskScheduler } from "../../controller/scheduler/tasks/task-scheduler.ts";
import type { EngineUuid, MsgId } from "../../protocol/ids.ts";

interface Ending {
  readonly isOk: boolean;
  readonly engine: EngineUuid | undefined;
}

/** Follows a scheduler from outside, by events and effects alone, and checks after each event what must always hold. */
export class SchedulerWitness {
  readonly scheduler: TaskScheduler;
  readonly tasks = new Map<MsgId, Task>();
  readonly endings = new Map<MsgId, Ending>();
  readonly running = new Map<MsgId, EngineUuid>();
  readonly live = new Set<EngineUuid>();
  /** Lost, but the time for late replies is not over. */
  readonly lost = new Set<EngineUuid>();
  /** Where each task has been. */
  readonly #given = new Map<MsgId, Set<EngineUuid>>();
  /** Of these nothing may run any more. */
  readonly #aborted = new Set<MsgId>();
  /** The task whose holder is just answering. */
  #answering: MsgId | undefined;
  readonly #highWaterMark: number;
  readonly #isPure: boolean;

  constructor(scheduler: TaskScheduler, highWaterMark: number, isPure: boolean) {
    this.scheduler = scheduler;
    this.#highWaterMark = highWaterMark === 0 || isPure ? Number.POSITIVE_INFINITY : highWaterMark;
    this.#isPure = isPure;
  }

  /** Tasks that have not ended and that no engine holds. */
  get queued(): MsgId[] {
    return [...this.tasks.keys()].filter((id) => !this.endings.has(id) && !this.running.has(id));
  }

  handle(event: SchedulerEvent): void {
    this.#foresee(event);
    for (const effect of this.scheduler.handle(event)) this.#see(effect, event);
    this.#check();
  }

  #foresee(event: SchedulerEvent): void {
    if (event.kind === "engine-joined") this.#foreseeJoined(event.engine);
    if (event.kind === "engine-lost") this.live.delete(event.engine);
    if (event.kind === "engine-abandoned") this.#foreseeAbandoned(event.engine);
    if (event.kind === "task-submitted") this.tasks.set(event.task.id, event.task);
    if (event.kind === "tasks-restored") this.#foreseeRestored(event);
    if (event.kind === "abort-requested") this.#foreseeAborted(event.tasks);
    this.#answering = undefined;
    if (event.kind === "task-answered" && this.running.get(event.task) === event.engine) {
      this.#answering = event.task;
      this.running.delete(event.task);
    }
  }

  #foreseeJoined(engine: EngineUuid): void {
    this.live.add(engine);
    this.lost.delete(engine);
  }

  /** What was not submitted yet is not meant. */
  #foreseeAborted(tasks: readonly MsgId[]): void {
    for (const task of tasks) if (this.tasks.has(task)) this.#aborted.add(task);
  }

  #foreseeAbandoned(engine: EngineUuid): void {
    if (this.live.has(engine)) return;
    this.lost.delete(engine);
    for (const [task, holder] of this.running) if (holder === engine) this.running.delete(task);
  }

  #foreseeRestored({ tasks, endings }: Extract<SchedulerEvent, { kind: "tasks-restored" }>): void {
    for (const { task, ...ending } of endings) this.endings.set(task, ending);
    for (const { task, engine } of tasks) {
      this.tasks.set(task.id, task);
      if (engine) this.#give(task.id, engine);
      if (engine && this.live.has(engine)) this.running.set(task.id, engine);
    }
  }

  #give(task: MsgId, engine: EngineUuid): void {
    const given = this.#given.get(task) ?? new Set();
    given.add(engine);
    this.#given.set(task, given);
  }

  #see(effect: SchedulerEffect, event: SchedulerEvent): void {
    switch (effect.kind) {
      case "dispatch":
        this.#seeDispatch(effect.task, effect.engine);
        break;
      case "deliver": {
        if (event.kind !== "task-answered") throw new Error(`deliver after ${event.kind}`);
        expect([event.task, this.#answering]).toEqual([effect.task, effect.task]);
        if (!this.#isPure) expect(event.outcome).not.toBe("unmet");
        this.#end(effect.task, { isOk: event.outcome === "ok", engine: event.engine });
        break;
      }
      case "fail": {
        const { code } = effect.failure;
        if (code === "impossible-dependency") expect(this.#isImpossible(effect.task)).toBe(true);
        expect(code === "pure-scheme").toBe(this.#isPure && wishesOf(this.#task(effect.task)).length > 0);
        this.#end(effect.task, { isOk: false, engine: code === "engine-died" ? effect.failure.engine : undefined });
        break;
      }
      case "abort":
        expect([...this.#aborted]).toContain(effect.task);
        expect(this.running.has(effect.task)).toBe(false);
        this.#end(effect.task, { isOk: false, engine: this.#refuser(effect.task, event) });
        break;
      case "await-late-replies":
        this.lost.add(effect.engine);
        break;
      case "start-timeout":
        expect(this.queued).toContain(effect.task);
        break;
    }
  }

  /** The engine that has just refused a task which was aborted while it had it; `undefined` for one that was queued. */
  #refuser(task: MsgId, event: SchedulerEvent): EngineUuid | undefined {
    if (event.kind === "abort-requested") return undefined;
    if (event.kind !== "task-answered") throw new Error(`abort after ${event.kind}`);
    expect([event.task, this.#answering, event.outcome]).toEqual([task, task, "unmet"]);
    return event.engine;
  }

  #seeDispatch(task: MsgId, engine: EngineUuid): void {
    const { after, follow, targets } = this.#task(task);
    expect([...this.#aborted]).not.toContain(task);
    expect(this.endings.has(task)).toBe(false);
    expect(this.live.has(engine)).toBe(true);
    expect(targets?.has(engine)).not.toBe(false);
    expect(this.#given.get(task)?.has(engine)).not.toBe(true);
    if (after) expect(this.#isMet(after)).toBe(true);
    if (follow) expect(this.#isMet(follow) && this.#places(follow).has(engine)).toBe(true);
    this.#give(task, engine);
    this.running.set(task, engine);
    expect(this.scheduler.heldBy(engine).size).toBeLessThanOrEqual(this.#highWaterMark);
  }

  #end(task: MsgId, ending: Ending): void {
    expect(this.tasks.has(task)).toBe(true);
    expect(this.endings.has(task)).toBe(false);
    this.endings.set(task, ending);
    this.running.delete(task);
  }

  #check(): void {
    expect(new Set(this.scheduler.unassigned())).toEqual(new Set(this.queued));
    expect(this.scheduler.unassignedCount).toBe(this.scheduler.unassigned().length);
    const roomy = [...this.live].filter((engine) => this.scheduler.heldBy(engine).size < this.#highWaterMark);
    for (const id of this.queued) {
      expect(roomy.filter((engine) => this.#mayRun(id, engine))).toEqual([]);
      expect(this.#isUnreachable(id)).toBe(false);
    }
    for (const [task, engine] of this.running) expect(this.scheduler.heldBy(engine).has(task)).toBe(true);
  }

  #mayRun(id: MsgId, engine: EngineUuid): boolean {
    const { after, follow, targets } = this.#task(id);
    if (targets?.has(engine) === false || this.#given.get(id)?.has(engine)) return false;
    if (after && !this.#isMet(after)) return false;
    return !follow || (this.#isMet(follow) && this.#isAt(follow, engine));
  }

  #task(id: MsgId): Task {
    const task = this.tasks.get(id);
    if (!task) throw new Error(`There is no task ${id}.`);
    return task;
  }

  #split(dependency: Dependency): { done: Ending[]; bad: Ending[] } {
    const ended = dependency.ids.flatMap((id) => this.endings.get(id) ?? []);
    const isDone = ({ isOk }: Ending) => (isOk ? dependency.success : dependency.failure);
    return { done: ended.filter(isDone), bad: ended.filter((ending) => !isDone(ending)) };
  }

  #isMet(dependency: Dependency): boolean {
    const { done } = this.#split(dependency);
    return dependency.all ? done.length === dependency.ids.length : done.length > 0;
  }

  #places(dependency: Dependency): Set<EngineUuid | undefined> {
    return new Set(this.#split(dependency).done.map(({ engine }) => engine));
  }

  #isAt(follow: Dependency, engine: EngineUuid): boolean {
    const places = this.#places(follow);
    return places.has(engine) && (!follow.all || places.size === 1);
  }

  #isUnreachable(id: MsgId): boolean {
    const { after, follow } = this.#task(id);
    return [after, follow].some((dependency) => {
      if (!dependency) return false;
      const { bad } = this.#split(dependency);
      return dependency.all ? bad.length > 0 : bad.length === dependency.ids.length;
    });
  }

  /** Nothing that can still happen lets it run. */
  #isImpossible(id: MsgId): boolean {
    if (this.#isUnreachable(id)) return true;
    const { follow, targets } = this.#task(id);
    const places = follow && this.#places(follow);
    if (follow?.all && places && places.size > 1) return true;
    const confinedTo = places ?? targets;
    if (!confinedTo) return false;
    return [...confinedTo].every((engine) => !engine || !this.live.has(engine) || !this.#mayRun(id, engine));
  }
}
