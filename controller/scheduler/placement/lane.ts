import type { TaskRecord } from "../tasks/task-record.ts";
import type { Placement } from "./engine-pool.ts";

/** How many places are freed at least when an array is cut. */
const leastCut = 1024;

/** Tasks in the order of their submission that may run on the same engines: if the first cannot run, none can. */
export class Lane {
  readonly placement: Placement;
  /** A task that has left leaves a hole, so that its place is found by its number, … */
  #records: (TaskRecord | undefined)[] = [];
  /** … which rises from place to place. */
  #sequences: number[] = [];
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
    const at = this.#placeOf(record.sequence);
    if (this.#sequences[at] === record.sequence) {
      this.#records[at] = record;
    } else {
      this.#records.splice(at, 0, record);
      this.#sequences.splice(at, 0, record.sequence);
    }
    this.#size++;
  }

  remove(record: TaskRecord): void {
    const at = this.#placeOf(record.sequence);
    if (this.#records[at] !== record) return;
    this.#records[at] = undefined;
    this.#size--;
    while (this.#head < this.#records.length && this.#records[this.#head] === undefined) this.#head++;
    if (this.#head < leastCut || this.#head * 2 < this.#records.length) return;
    this.#records = this.#records.slice(this.#head);
    this.#sequences = this.#sequences.slice(this.#head);
    this.#head = 0;
  }

  *[Symbol.iterator](): Generator<TaskRecord> {
    for (let at = this.#head; at < this.#records.length; at++) {
      const record = this.#records[at];
      if (record) yield record;
    }
  }

  /** The first place from the head on whose number is not less; most come last. */
  #placeOf(sequence: number): number {
    let [from, to] = [this.#head, this.#sequences.length];
    if (from === to || (this.#sequences[to - 1] ?? 0) < sequence) return to;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#sequences[middle] ?? 0) < sequence) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
