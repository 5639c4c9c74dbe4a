import type { Failure } from "../../../protocol/failure.ts";
import type { EngineUuid, MsgId } from "../../../protocol/ids.ts";
import { EnginePool } from "../placement/engine-pool.ts";
import type { Scheme } from "../placement/schemes.ts";
import { WaitingTasks } from "../placement/waiting-tasks.ts";
import { Dependents, dependenciesOf } from "./dependents.ts";
import { FinishedTasks } from "./finished-tasks.ts";
import type { RestoredTask, SchedulerEffect, SchedulerEvent, TaskEnding } from "./scheduler-events.ts";
import { type Outcome, type Task, wishesOf } from "./task.ts";
import { TaskRecord } from "./task-record.ts";
import { standingOf } from "./task-standing.ts";

export interface TaskSchedulerOptions {
  readonly scheme: Scheme;
  /** Most tasks that an engine holds at once; 0 = no limit. */
  readonly highWaterMark: number;
  /** Gives numbers in [0, 1). */
  readonly random: () => number;
  /** The scheme `pure`: a task may ask for nothing, and whatever its engine answers is its result. */
  readonly isPure?: boolean;
}

/**
 * Decides which engine runs which task. Holds no socket, timer or clock: each event in gives effects out, and the
 * shell (`task-scheduler-service.ts`) carries them out in order. States of a task: see `TaskRecord`.
 *
 * Invariants: every submitted task gets exactly one `deliver`, `fail` or `abort`; an engine never gets a task while it
 * holds `highWaterMark` of them, nor one that it has refused; no task waits while an engine that may run it has room.
 */
export class TaskScheduler {
  readonly #options: TaskSchedulerOptions;
  readonly #engines: EnginePool;
  readonly #finished = new FinishedTasks();
  /** Every task that has not ended. */
  readonly #records = new Map<MsgId, TaskRecord>();
  readonly #waiting = new WaitingTasks();
  readonly #dependents = new Dependents();
  #sequence = 0;
  /** Of the event that is being handled: what to do, … */
  #effects: SchedulerEffect[] = [];
  /** … the tasks that were queued, … */
  #queued: TaskRecord[] = [];
  /** … and those that have ended while their dependents have not heard of it. */
  readonly #ended: MsgId[] = [];

  constructor(options: TaskSchedulerOptions) {
    this.#options = options;
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

  /** How many {@link unassigned} lists, without walking over them. */
  get unassignedCount(): number {
    return this.#records.size - this.#engines.held;
  }

  /** Entries about tasks that have not ended: 0 when all have. */
  get size(): number {
    return this.#records.size + this.#waiting.size + this.#dependents.size + this.#engines.held;
  }

  #apply(event: SchedulerEvent): void {
    switch (event.kind) {
      case "engine-joined":
        this.#joinEngine(event.engine);
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
      case "tasks-restored":
        this.#restore(event.tasks, event.endings);
        break;
      case "task-answered":
        this.#answer(event.task, event.engine, event.outcome);
        break;
      case "abort-requested":
        for (const id of event.tasks) this.#abort(id);
        break;
      case "wait-expired":
        this.#expire(event.task);
        break;
    }
  }

  #submit(task: Task): void {
    if (this.knows(task.id)) return;
    const record = this.#record(task);
    const wishes = this.#options.isPure ? wishesOf(task) : [];
    if (wishes.length > 0) this.#fail(record, { code: "pure-scheme", wishes });
    else this.#enqueue(record);
  }

  /** All are known before any is looked at: they may depend on each other. */
  #restore(tasks: readonly RestoredTask[], endings: readonly TaskEnding[]): void {
    for (const { task, isOk, engine } of endings) if (!this.knows(task)) this.#finished.add(task, isOk, engine);
    const restored: { record: TaskRecord; engine: EngineUuid | undefined }[] = [];
    for (const { task, engine } of tasks)
      if (!this.knows(task.id)) restored.push({ record: this.#record(task), engine });
    for (const { record, engine } of restored) {
      if (engine === undefined) this.#enqueue(record);
      else if (this.#engines.isLive(engine)) this.#assign(record, engine);
      else this.#bury(record, engine);
    }
  }

  #record(task: Task): TaskRecord {
    const record = new TaskRecord(task, this.#sequence++);
    this.#records.set(task.id, record);
    return record;
  }

  /** An answer of an engine that does not hold the task is late: the task has ended, or runs elsewhere. */
  #answer(id: MsgId, engine: EngineUuid, outcome: Outcome): void {
    const record = this.#records.get(id);
    if (record?.engine !== engine) return;
    this.#engines.release(engine, id);
    if (this.#runAgain(record, engine, outcome)) return;
    const hasRun = outcome !== "unmet" || !record.isAborted;
    this.#effects.push({ kind: hasRun ? "deliver" : "abort", task: id });
    this.#end(record, outcome === "ok", engine);
  }

  /** @returns false when the answer is the task's result */
  #runAgain(record: TaskRecord, engine: EngineUuid, outcome: Outcome): boolean {
    if (outcome === "ok" || this.#options.isPure || record.isAborted) return false;
    if (outcome !== "unmet" && record.retriesLeft === 0) return false;
    if (outcome !== "unmet") record.retriesLeft--;
    record.engine = undefined;
    record.refuse(engine);
    this.#enqueue(record);
    return true;
  }

  /** One that returns may be the one where the tasks have run that others follow. */
  #joinEngine(engine: EngineUuid): void {
    this.#engines.join(engine);
    for (const record of this.#records.values())
      if (record.state === "blocked" && record.places?.has(engine)) this.#assess(record);
  }

  #loseEngine(engine: EngineUuid): void {
    const outstanding = this.#engines.lose(engine);
    if (outstanding > 0) this.#effects.push({ kind: "await-late-replies", engine });
    for (const record of this.#waiting.confined()) this.#assess(record);
  }

  /** One that has joined again keeps what it holds. */
  #abandonEngine(engine: EngineUuid): void {
    if (this.#engines.isLive(engine)) return;
    for (const id of [...this.#engines.heldBy(engine)]) {
      const record = this.#records.get(id);
      this.#engines.release(engine, id);
      if (record) this.#bury(record, engine);
    }
  }

  #bury(record: TaskRecord, engine: EngineUuid): void {
    if (this.#runAgain(record, engine, "error")) return;
    this.#fail(record, { code: "engine-died", engine, task: record.task.id });
  }

  /** Of a task that runs the engine hears by itself. */
  #abort(id: MsgId): void {
    const record = this.#records.get(id);
    if (!record) return;
    record.isAborted = true;
    if (record.state === "running") return;
    this.#waiting.remove(record);
    this.#effects.push({ kind: "abort", task: id });
    this.#end(record, false, undefined);
  }

  #expire(id: MsgId): void {
    const record = this.#records.get(id);
    if (record && record.state !== "running") this.#fail(record, { code: "task-timeout" });
  }

  /** Its dependencies must be known, each time: what is not remembered can never be met. */
  #enqueue(record: TaskRecord): void {
    const { task } = record;
    const dependencies = dependenciesOf(task);
    if (!dependencies.every((id) => id !== task.id && this.knows(id))) {
      this.#fail(record, { code: "invalid-dependency" });
      return;
    }
    for (const id of dependencies) if (!this.#finished.has(id)) this.#dependents.watch(id, record);
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
    const standing = standingOf(record, this.#finished, (engine) => this.#engines.isLive(engine));
    if (standing === "unreachable") this.#fail(record, { code: "impossible-dependency" });
    else record.state = standing === "met" ? "waiting" : "blocked";
    if (standing === "met") this.#waiting.add(record);
  }

  /** Gives waiting tasks to engines, earliest first, until no engine with room may run any. */
  #place(): void {
    while (this.#engines.hasRoom) {
      const record = this.#waiting.first((placement) => this.#engines.hasRoomFor(placement));
      if (!record) return;
      this.#waiting.remove(record);
      const engine = this.#choose(record);
      this.#assign(record, engine);
      this.#effects.push({ kind: "dispatch", task: record.task.id, engine });
    }
  }

  #assign(record: TaskRecord, engine: EngineUuid): void {
    this.#engines.take(engine, record.task.id);
    record.state = "running";
    record.engine = engine;
  }

  #choose(record: TaskRecord): EngineUuid {
    const [first, ...others] = this.#engines.candidates(record.placement);
    if (!first) throw new Error(`There was room for task ${record.task.id}, but no engine will do.`);
    return this.#options.scheme([first, ...others], this.#options.random);
  }

  #fail(record: TaskRecord, failure: Failure): void {
    this.#waiting.remove(record);
    this.#effects.push({ kind: "fail", task: record.task.id, failure });
    this.#end(record, false, failure.code === "engine-died" ? failure.engine : undefined);
  }

  #end(record: TaskRecord, isOk: boolean, engine: EngineUuid | undefined): void {
    const { id } = record.task;
    record.state = "ended";
    this.#records.delete(id);
    this.#dependents.forget(record);
    this.#finished.add(id, isOk, engine);
    this.#ended.push(id);
  }

  #wakeDependents(id: MsgId): void {
    for (const record of this.#dependents.take(id))
      if (record.state === "blocked" || record.state === "waiting") this.#assess(record);
  }
}
