import type { MsgId } from "../../../protocol/ids.ts";
import type { TaskRecord } from "../tasks/task-record.ts";
import type { Placement } from "./engine-pool.ts";
import { Lane } from "./lane.ts";

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
