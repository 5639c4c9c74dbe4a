import type { Failure } from "../../protocol/failure.ts";
import type { EngineUuid, MsgId } from "../../protocol/ids.ts";
import { EnginePool } from "./engine-pool.ts";
import { FinishedTasks, type Standing } from "./finished-tasks.ts";
import type { SchedulerEffect, SchedulerEvent } from "./scheduler-events.ts";
import type { Scheme } from "./schemes.ts";
import type { Dependency, Outcome, Task } from "./task.ts";
import { TaskRecord } from "./task-record.ts";
import { WaitingTasks } from "./waiting-tasks.ts";

export interface TaskSchedulerOptions {
  readonly scheme: Scheme;
  /** Most tasks that an engine holds at once; 0 = no limit. */
  readonly highWaterMark: number;
  /** Gives numbers in [0, 1). */
  readonly random: () => number;
}

/**
 * Decides which engine runs which task. Holds no socket, timer or clock: each event in gives effects out, and the
 * shell (`task-scheduler-service.ts`) carries them out in order. States of a task: see `TaskRecord`.
 *
 * Invariants: every submitted task gets exactly one `deliver` or `fail`; an engine never holds more than
 * `highWaterMark` tasks; no task waits while an engine that may run it has room.
 */
export class TaskScheduler {
  readonly #scheme: Scheme;
  readonly #random: () => number;
  readonly #engines: EnginePool;
  readonly #finished = new FinishedTasks();
  /** Every task that has not ended. */
  readonly #records = new Map<MsgId, TaskRecord>();
  readonly #waiting = new WaitingTasks();
  /** Tasks to look at again when the task that is the key ends. */
  readonly #dependents = new Map<MsgId, Set<TaskRecord>>();
  #sequence = 0;
  /** Of the event that is being handled: what to do, … */
  #effects: SchedulerEffect[] = [];
  /** … the tasks that were queued, … */
  #queued: TaskRecord[] = [];
  /** … and those that have ended while their dependents have not heard of it. */
  readonly #ended: MsgId[] = [];

  constructor(options: TaskSchedulerOptions) {
    this.#scheme = options.scheme;
    this.#random = options.random;
    this.#engines = new EnginePool(options.highWaterMark);
  }

  handle(event: SchedulerEvent): SchedulerEffect[] {
    this.#effects = [];
    this.#queued = [];
    this.#apply(event);
    for (let id = this.#ended.pop(); id !== undefined; id = this.#ended.pop()) this.#wakeDependents(id);
    this.#place();
    for (const record of this.#queued) this.#startTimeout(record);
    return this.#effects;
  }

  /** Whether a task of this id was submitted, as far as is remembered. */
  knows(task: MsgId): boolean {
    return this.#records.has(task) || this.#finished.has(task);
  }

  /** Tasks that an engine holds. */
  heldBy(engine: EngineUuid): ReadonlySet<MsgId> {
    return this.#engines.heldBy(engine);
  }

  /** Tasks that no engine holds, in the order of submission. */
  unassigned(): MsgId[] {
    return [...this.#records.values()].filter(({ state }) => state !== "running").map(({ task }) => task.id);
  }

  #apply(event: SchedulerEvent): void {
    switch (event.kind) {
      case "engine-joined":
        this.#engines.join(event.engine);
        break;
      case "engine-lost":
        this.#loseEngine(event.engine);
        break;
      case "engine-abandoned":
        this.#abandonEngine(event.engine);
        break;
      case "task-submitted":
        this.#submit(event.task);
        break;
      case "task-answered":
        this.#answer(event.task, event.engine, event.outcome);
        break;
      case "wait-expired":
        this.#expire(event.task);
        break;
    }
  }

  #submit(task: Task): void {
    if (this.knows(task.id)) return;
    const record = new TaskRecord(task, this.#sequence++);
    const dependencies = [...(task.after?.ids ?? []), ...(task.follow?.ids ?? [])];
    const isValid = dependencies.every((id) => this.knows(id));
    this.#records.set(task.id, record);
    for (const id of dependencies) if (!this.#finished.has(id)) this.#watch(id, record);
    if (isValid) this.#enqueue(record);
    else this.#fail(record, { code: "invalid-dependency" });
  }

  /** An answer of an engine that does not hold the task is late: the task has ended, or runs elsewhere. */
  #answer(id: MsgId, engine: EngineUuid, outcome: Outcome): void {
    const record = this.#records.get(id);
    if (record?.engine !== engine) return;
    this.#engines.release(engine, id);
    if (this.#runAgain(record, engine, outcome)) return;
    this.#effects.push({ kind: "deliver", task: id });
    this.#end(record, outcome === "ok", engine);
  }

  /** @returns false when the answer is the task's result */
  #runAgain(record: TaskRecord, engine: EngineUuid, outcome: Outcome): boolean {
    if (outcome === "ok" || (outcome !== "unmet" && record.retriesLeft === 0)) return false;
    if (outcome !== "unmet") record.retriesLeft--;
    record.engine = undefined;
    record.refuse(engine);
    this.#enqueue(record);
    return true;
  }

  #loseEngine(engine: EngineUuid): void {
    const outstanding = this.#engines.lose(engine);
    if (outstanding > 0) this.#effects.push({ kind: "await-late-replies", engine });
    for (const record of this.#waiting.confined()) this.#assess(record);
  }

  #abandonEngine(engine: EngineUuid): void {
    for (const id of [...this.#engines.heldBy(engine)]) {
      const record = this.#records.get(id);
      this.#engines.release(engine, id);
      if (!record || this.#runAgain(record, engine, "error")) continue;
      this.#fail(record, { code: "engine-died", engine, task: id });
    }
  }

  #expire(id: MsgId): void {
    const record = this.#records.get(id);
    if (record && record.state !== "running") this.#fail(record, { code: "task-timeout" });
  }

  #enqueue(record: TaskRecord): void {
    record.state = "blocked";
    this.#assess(record);
    this.#queued.push(record);
  }

  #startTimeout({ state, task: { id, timeoutMs } }: TaskRecord): void {
    const isQueued = state === "blocked" || state === "waiting";
    if (isQueued && timeoutMs > 0) this.#effects.push({ kind: "start-timeout", task: id, timeoutMs });
  }

  /** Where a task that does not run stands: blocked, waiting, or impossible. */
  #assess(record: TaskRecord): void {
    this.#waiting.remove(record);
    const standing = this.#standing(record);
    if (standing === "unreachable") this.#fail(record, { code: "impossible-dependency" });
    else record.state = standing === "met" ? "waiting" : "blocked";
    if (standing === "met") this.#waiting.add(record);
  }

  #standing(record: TaskRecord): Standing {
    const { after, follow } = record.task;
    const [first, second] = [this.#standingOf(after), this.#standingOf(follow)];
    if (first === "unreachable" || second === "unreachable") return "unreachable";
    if (first === "open" || second === "open") return "open";
    if (follow) record.places = this.#finished.placesOf(follow);
    if (follow?.all && record.places && record.places.size > 1) return "unreachable";
    if (this.#canEverRun(record)) return "met";
    return follow && !follow.all && !this.#finished.isSettled(follow) ? "open" : "unreachable";
  }

  #standingOf(dependency: Dependency | undefined): Standing {
    return dependency === undefined ? "met" : this.#finished.standing(dependency);
  }

  #canEverRun(record: TaskRecord): boolean {
    const { confinedTo, placement } = record;
    if (confinedTo === undefined || placement === undefined) return true;
    for (const engine of confinedTo) if (engine && this.#engines.isLive(engine) && placement(engine)) return true;
    return false;
  }

  /** Gives waiting tasks to engines, earliest first, until no engine with room may run any. */
  #place(): void {
    while (this.#engines.hasRoom) {
      const record = this.#waiting.first((placement) => this.#engines.hasRoomFor(placement));
      if (!record) return;
      this.#waiting.remove(record);
      const engine = this.#choose(record);
      this.#engines.take(engine, record.task.id);
      record.state = "running";
      record.engine = engine;
      this.#effects.push({ kind: "dispatch", task: record.task.id, engine });
    }
  }

  #choose(record: TaskRecord): EngineUuid {
    const [first, ...others] = this.#engines.candidates(record.placement);
    if (!first) throw new Error(`There was room for task ${record.task.id}, but no engine will do.`);
    return this.#scheme([first, ...others], this.#random);
  }

  #fail(record: TaskRecord, failure: Failure): void {
    this.#waiting.remove(record);
    this.#effects.push({ kind: "fail", task: record.task.id, failure });
    this.#end(record, false, failure.code === "engine-died" ? failure.engine : undefined);
  }

  #end(record: TaskRecord, isOk: boolean, engine: EngineUuid | undefined): void {
    const { id, after, follow } = record.task;
    record.state = "ended";
    this.#records.delete(id);
    for (const dependency of [...(after?.ids ?? []), ...(follow?.ids ?? [])])
      this.#dependents.get(dependency)?.delete(record);
    this.#finished.add(id, isOk, engine);
    this.#ended.push(id);
  }

  #wakeDependents(id: MsgId): void {
    const dependents = this.#dependents.get(id);
    this.#dependents.delete(id);
    for (const record of dependents ?? [])
      if (record.state === "blocked" || record.state === "waiting") this.#assess(record);
  }

  #watch(id: MsgId, record: TaskRecord): void {
    const dependents = this.#dependents.get(id);
    if (dependents) dependents.add(record);
    else this.#dependents.set(id, new Set([record]));
  }
}
