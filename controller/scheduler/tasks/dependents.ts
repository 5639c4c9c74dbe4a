import type { MsgId } from "../../../protocol/ids.ts";
import type { Task } from "./task.ts";
import type { TaskRecord } from "./task-record.ts";

/** Which tasks wait for which: those to look at again when a task ends. */
export class Dependents {
  readonly #records = new Map<MsgId, Set<TaskRecord>>();

  get size(): number {
    return this.#records.size;
  }

  /** @param id a task that has not ended */
  watch(id: MsgId, record: TaskRecord): void {
    const dependents = this.#records.get(id);
    if (dependents) dependents.add(record);
    else this.#records.set(id, new Set([record]));
  }

  /** The task waits for nothing any more. */
  forget(record: TaskRecord): void {
    for (const id of dependenciesOf(record.task)) {
      const dependents = this.#records.get(id);
      if (dependents?.delete(record) && dependents.size === 0) this.#records.delete(id);
    }
  }

  /** Those that wait for a task which has ended; they do not wait for it any more. */
  take(id: MsgId): Iterable<TaskRecord> {
    const dependents = this.#records.get(id);
    this.#records.delete(id);
    return dependents ?? [];
  }
}

/** Every task that a task names, in `after` or `follow`. */
export function dependenciesOf({ after, follow }: Task): readonly MsgId[] {
  if (!after) return follow?.ids ?? [];
  return follow ? [...after.ids, ...follow.ids] : after.ids;
}
