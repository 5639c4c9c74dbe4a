import type { TaskRecord } from "../tasks/task-record.ts";
import type { Placement } from "./engine-pool.ts";
import { Lane } from "./lane.ts";

/**
 * Tasks that an engine may take, grouped by where they may run, so that a freed engine costs a look at the first of
 * each group instead of a walk over all.
 */
export class WaitingTasks {
  readonly #lanes = new Map<string, Lane>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(record: TaskRecord): void {
    const key = record.placementKey;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = new Lane(record.placement);
      this.#lanes.set(key, lane);
    }
    lane.add(record);
    record.laneKey = key;
    this.#size++;
  }

  /** Harmless for one that does not wait. */
  remove(record: TaskRecord): void {
    const key = record.laneKey;
    const lane = key === undefined ? undefined : this.#lanes.get(key);
    if (!lane || key === undefined) return;
    record.laneKey = undefined;
    this.#size--;
    lane.remove(record);
    if (lane.isEmpty) this.#lanes.delete(key);
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
