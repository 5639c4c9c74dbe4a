import type { EngineUuid, MsgId } from "../../../protocol/ids.ts";
import type { Candidate } from "./schemes.ts";

/** Whether an engine may run a task, as far as the task is concerned; `undefined` = any may. */
export type Placement = ((engine: EngineUuid) => boolean) | undefined;

class Seat implements Candidate {
  readonly engine: EngineUuid;
  readonly held = new Set<MsgId>();

  constructor(engine: EngineUuid) {
    this.engine = engine;
  }

  get outstanding(): number {
    return this.held.size;
  }
}

/**
 * Which engine holds which tasks. An engine is *live* (gets tasks), then *lost* (gets none, may still answer for those
 * it holds), then forgotten.
 *
 * Invariant: a live engine never holds more than `highWaterMark` tasks (0 = no limit), but for those it is restored with.
 */
export class EnginePool {
  /** In the order in which they last took a task, longest idle first. */
  #live = new Map<EngineUuid, Seat>();
  readonly #lost = new Map<EngineUuid, Seat>();
  readonly #highWaterMark: number;
  /** Live engines that hold as much as they may. */
  #full = 0;

  constructor(highWaterMark: number) {
    this.#highWaterMark = highWaterMark === 0 ? Number.POSITIVE_INFINITY : highWaterMark;
  }

  isLive(engine: EngineUuid): boolean {
    return this.#live.has(engine);
  }

  get hasRoom(): boolean {
    return this.#live.size > this.#full;
  }

  /** Tasks that an engine holds, live or lost. */
  heldBy(engine: EngineUuid): ReadonlySet<MsgId> {
    return this.#seat(engine)?.held ?? new Set();
  }

  /** How many tasks all engines hold. */
  get held(): number {
    return [...this.#live.values(), ...this.#lost.values()].reduce((sum, seat) => sum + seat.outstanding, 0);
  }

  /** A new engine counts as the longest idle; one that was lost still holds what it held. */
  join(engine: EngineUuid): void {
    if (this.#live.has(engine)) return;
    const seat = this.#lost.get(engine) ?? new Seat(engine);
    this.#lost.delete(engine);
    this.#live = new Map([[engine, seat], ...this.#live]);
    if (this.#isFull(seat)) this.#full++;
  }

  /** @returns how many tasks it still holds; one that holds none is forgotten at once */
  lose(engine: EngineUuid): number {
    const seat = this.#live.get(engine);
    if (!seat) return 0;
    this.#live.delete(engine);
    if (this.#isFull(seat)) this.#full--;
    if (seat.outstanding > 0) this.#lost.set(engine, seat);
    return seat.outstanding;
  }

  /** Engines with room that the task allows, longest idle first. */
  candidates(mayRun: Placement): Candidate[] {
    const found: Candidate[] = [];
    for (const seat of this.#live.values())
      if (!this.#isFull(seat) && (mayRun === undefined || mayRun(seat.engine))) found.push(seat);
    return found;
  }

  hasRoomFor(mayRun: Placement): boolean {
    if (mayRun === undefined) return this.hasRoom;
    for (const seat of this.#live.values()) if (!this.#isFull(seat) && mayRun(seat.engine)) return true;
    return false;
  }

  /** The engine becomes the one that took a task last. It may hold too much only of what an earlier controller gave it. */
  take(engine: EngineUuid, task: MsgId): void {
    const seat = this.#live.get(engine);
    if (!seat) return;
    const wasFull = this.#isFull(seat);
    seat.held.add(task);
    if (!wasFull && this.#isFull(seat)) this.#full++;
    this.#live.delete(engine);
    this.#live.set(engine, seat);
  }

  release(engine: EngineUuid, task: MsgId): void {
    const seat = this.#seat(engine);
    if (!seat) return;
    const wasFull = this.#isFull(seat);
    seat.held.delete(task);
    if (wasFull && !this.#isFull(seat) && this.#live.has(engine)) this.#full--;
    if (seat.outstanding === 0) this.#lost.delete(engine);
  }

  #isFull(seat: Seat): boolean {
    return seat.outstanding >= this.#highWaterMark;
  }

  #seat(engine: EngineUuid): Seat | undefined {
    return this.#live.get(engine) ?? this.#lost.get(engine);
  }
}
