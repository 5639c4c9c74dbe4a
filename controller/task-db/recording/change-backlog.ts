import type { Frames } from "../../../transport/channel.ts";
import { messageSize } from "../records/record-state.ts";
import type { RecordChange } from "../task-db.ts";

/** A change to a record, or what an engine published and nobody has looked at yet. */
export type Observed = RecordChange | { readonly kind: "unread"; readonly frames: Frames };

interface Limits {
  readonly changes: number;
  readonly bytes: number;
}

const isOutput = ({ kind }: Observed): boolean => kind === "unread" || kind === "printed" || kind === "published";

/** Where a full backlog ends: tenths are freed at once, so that dropping costs little for each change. */
const keptPart = 0.9;

/**
 * Changes that wait to be stored, the oldest first. When there are too many, because a database fails or is slow, the
 * oldest output is dropped, and only when there is none left the oldest changes.
 */
export class ChangeBacklog {
  readonly #limits: Limits;
  #waiting: Observed[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** How many were dropped in all. */
  get dropped(): number {
    return this.#dropped;
  }

  push(change: Observed): void {
    this.#waiting.push(change);
    this.#bytes += bytesOf(change);
    if (this.#waiting.length > this.#limits.changes || this.#bytes > this.#limits.bytes) this.#drop();
  }

  /** Takes the oldest: as many as wanted, fewer where they are large, at least one. */
  take(most: Limits): Observed[] {
    let [count, bytes] = [0, 0];
    for (const change of this.#waiting) {
      const size = bytesOf(change);
      if (count > 0 && (count >= most.changes || bytes + size > most.bytes)) break;
      bytes += size;
      count++;
    }
    this.#bytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  /** Gives back what was taken last and could not be stored. */
  putBack(changes: readonly Observed[]): void {
    this.#waiting = [...changes, ...this.#waiting];
    for (const change of changes) this.#bytes += bytesOf(change);
  }

  #drop(): void {
    this.#dropOldest(isOutput);
    this.#dropOldest(() => true);
  }

  #dropOldest(mayGo: (change: Observed) => boolean): void {
    const { changes, bytes } = this.#limits;
    const isFull = () => length > changes * keptPart || this.#bytes > bytes * keptPart;
    let length = this.#waiting.length;
    this.#waiting = this.#waiting.filter((change) => {
      if (!isFull() || !mayGo(change)) return true;
      length--;
      this.#bytes -= bytesOf(change);
      this.#dropped++;
      return false;
    });
  }
}

/** What a change itself takes, beside its frames and texts. */
const overheadBytes = 200;

function bytesOf(change: Observed): number {
  switch (change.kind) {
    case "requested":
    case "answered":
      return overheadBytes + messageSize(change.message);
    case "unread":
      return change.frames.reduce((sum, frame) => sum + frame.length, overheadBytes);
    case "printed":
      return overheadBytes + change.text.length;
    default:
      return overheadBytes;
  }
}
