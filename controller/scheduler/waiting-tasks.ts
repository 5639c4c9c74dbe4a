import type { MsgId } from "../../protocol/ids.ts";
import type { Placement } from "./engine-pool.ts";
import type { TaskRecord } from "./task-record.ts";

/** Tasks in the order of their submission that may run on the same engines: if the first cannot run, none can. */
class Lane {
  readonly placement: Placement;
  #records: (TaskRecord | undefined)[] = [];
  /** Place of the first task that is still here; those before it are gone. */
  #head = 0;
  #size = 0;

  constructor(placement: Placement) {
    this.placement = placement;
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  first(): TaskRecord | undefined {
    return this.#records[this.#head];
  }

  /** A task that is run again has an earlier place than those that came after it. */
  add(record: TaskRecord): void {
    let at = this.#records.length;
    while (at > this.#head && (this.#records[at - 1]?.sequence ?? Number.POSITIVE_INFINITY) > record.sequence) at--;
    if (at === this.#records.length) this.#records.push(record);
    else this.#records.splice(at, 0, record);
    this.#size++;
  }

  remove(record: TaskRecord): void {
    const at = this.#records[this.#head] === record ? this.#head : this.#records.indexOf(record, this.#head);
    if (at < 0) return;
    this.#records[at] = undefined;
    this.#size--;
    while (this.#head < this.#records.length && this.#records[this.#head] === undefined) this.#head++;
    if (this.#head < 1024 || this.#head * 2 < this.#records.length) return;
    this.#records = this.#records.slice(this.#head);
    this.#head = 0;
  }

  *[Symbol.iterator](): Generator<TaskRecord> {
    for (let at = this.#head; at < this.#records.length; at++) {
      const record = this.#records[at];
      if (record) yield record;
    }
  }
}

/**
 * Tasks that an engine may take, grouped by where they may run, so that a freed engine costs a look at the first of
 * each group instead of a walk over all.
 */
export class WaitingTasks {
  readonly #lanes = new Map<string, Lane>();
  /** The lane of each task, with its key. */
  readonly #whereabouts = new Map<MsgId, { key: string; lane: Lane }>();

  get size(): number {
    return this.#whereabouts.size;
  }

  get ids(): IterableIterator<MsgId> {
    return this.#whereabouts.keys();
  }

  add(record: TaskRecord): void {
    const key = record.placementKey;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = new Lane(record.placement);
      this.#lanes.set(key, lane);
    }
    lane.add(record);
    this.#whereabouts.set(record.task.id, { key, lane });
  }

  remove(record: TaskRecord): void {
    const found = this.#whereabouts.get(record.task.id);
    if (!found) return;
    this.#whereabouts.delete(record.task.id);
    found.lane.remove(record);
    if (found.lane.isEmpty) this.#lanes.delete(found.key);
  }

  /** The earliest submitted task for which there is room. */
  first(hasRoomFor: (placement: Placement) => boolean): TaskRecord | undefined {
    let earliest: TaskRecord | undefined;
    for (const lane of this.#lanes.values()) {
      const record = lane.first();
      if (!record || (earliest && earliest.sequence < record.sequence)) continue;
      if (hasRoomFor(lane.placement)) earliest = record;
    }
    return earliest;
  }

  /** Tasks that are confined in where they may run. */
  confined(): TaskRecord[] {
    return [...this.#lanes.values()].flatMap((lane) => (lane.placement ? [...lane] : []));
  }
}
