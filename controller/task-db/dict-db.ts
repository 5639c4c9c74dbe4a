import type { MsgId } from "../../protocol/ids.ts";
import type { JsonValue } from "../../protocol/json.ts";
import { NumberTable } from "../../protocol/number-table.ts";
import type { Packer } from "../../protocol/packer.ts";
import { matches } from "./matches.ts";
import { pinnedIds, type Query } from "./query.ts";
import { copyRecord, readField, selectKeys } from "./records/record-fields.ts";
import type { RecordKey } from "./records/record-keys.ts";
import { applyChange, isPending, messageSize, type RecordState, sizeOf } from "./records/record-state.ts";
import type { RecordChange, TaskDb, TaskRecord } from "./task-db.ts";

export interface DictDbOptions {
  /** How the kept frames are read. */
  readonly packer: Packer;
  /** Most records that are kept beside the pending ones. */
  readonly recordLimit: number;
  /** Most bytes that these may take. */
  readonly sizeLimitBytes: number;
  /** Part of a limit that is freed when it is reached. */
  readonly cullFraction: number;
}

interface Kept extends RecordState {
  /** Of the record's first change. */
  readonly sequence: number;
  bytes: number;
  /** Of buffers that were not kept, as they alone are beyond the limit. */
  unkeptBytes: number;
  /** Read when first asked for: history and every query are in this order. */
  submitted: string | null | undefined;
}

/** Written out: spreading `newRecord` would take half a microsecond a task. */
const newKept = (id: MsgId, sequence: number): Kept => ({
  id,
  queue: undefined,
  request: undefined,
  engine: undefined,
  answer: undefined,
  resubmitted: undefined,
  output: undefined,
  sequence,
  bytes: 0,
  unkeptBytes: 0,
  submitted: undefined,
});

/**
 * Records in memory. Frames are kept as they came, those of a pending task being the very ones that its scheduler holds,
 * and decoded only where a query asks for them.
 *
 * Limits are for records that do not pend; the longest settled go first. A pending record stays, whatever it takes, but for
 * buffers that are beyond the limit by themselves: such a record goes as soon as it settles, and need not hold them till then.
 */
export class DictDb implements TaskDb {
  readonly #options: DictDbOptions;
  /** In the order of their requests. */
  readonly #pending = new Map<MsgId, Kept>();
  /** Answered, or with output only; the longest settled first. */
  readonly #settled = new Map<MsgId, Kept>();
  #settledBytes = 0;
  #sequence = 0;
  readonly #culled = new NumberTable();

  constructor(options: DictDbOptions) {
    this.#options = options;
  }

  async write(changes: readonly RecordChange[]): Promise<void> {
    for (const change of changes) this.#apply(change);
    this.#cull();
  }

  async find(query: Query, keys?: readonly string[]): Promise<readonly TaskRecord[]> {
    const selection = selectKeys(keys);
    return this.#inOrder(this.#matching(query)).map((record) => copyRecord(record, selection, this.#options.packer));
  }

  async history(): Promise<readonly MsgId[]> {
    return this.#inOrder([...this.#all()].filter(({ request }) => request)).map(({ id }) => id);
  }

  async remove(query: Query): Promise<void> {
    for (const { id } of this.#matching(query)) {
      this.#pending.delete(id);
      this.#settledBytes -= this.#settled.get(id)?.bytes ?? 0;
      this.#settled.delete(id);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #apply(change: RecordChange): void {
    const pending = this.#pending.get(change.id);
    const settled = pending ? undefined : this.#settled.get(change.id);
    // What comes late for a record that had to go must not bring a part of it back.
    if (!pending && !settled && change.kind !== "requested" && this.#culled.get(change.id) > 0) return;
    const record = pending ?? settled ?? newKept(change.id, this.#sequence++);
    applyChange(record, change);
    if (change.kind === "requested") this.#requested(record);
    if (isPending(record)) this.#keepPending(record, settled !== undefined);
    else this.#keepSettled(record, pending !== undefined);
  }

  #requested(record: Kept): void {
    record.submitted = undefined;
    const bytes = record.request ? messageSize(record.request) : 0;
    if (!record.request || bytes <= this.#options.sizeLimitBytes) return;
    record.request = { ...record.request, buffers: [] };
    record.unkeptBytes = bytes;
  }

  #keepPending(record: Kept, wasSettled: boolean): void {
    if (wasSettled) {
      this.#settled.delete(record.id);
      this.#settledBytes -= record.bytes;
    }
    this.#pending.set(record.id, record);
  }

  #keepSettled(record: Kept, wasPending: boolean): void {
    if (wasPending) {
      this.#pending.delete(record.id);
      record.bytes = 0;
    }
    this.#settledBytes -= record.bytes;
    record.bytes = sizeOf(record) + record.unkeptBytes;
    this.#settledBytes += record.bytes;
    this.#settled.set(record.id, record);
  }

  #cull(): void {
    const { recordLimit, sizeLimitBytes, cullFraction } = this.#options;
    const isFull = this.#settled.size > recordLimit;
    const isLarge = this.#settledBytes > sizeLimitBytes;
    if (!isFull && !isLarge) return;
    const mostRecords = isFull ? Math.floor(recordLimit * (1 - cullFraction)) : recordLimit;
    const mostBytes = isLarge ? sizeLimitBytes * (1 - cullFraction) : sizeLimitBytes;
    for (const { id, bytes } of this.#settled.values()) {
      if (this.#settled.size <= mostRecords && this.#settledBytes <= mostBytes) return;
      this.#settled.delete(id);
      this.#settledBytes -= bytes;
      this.#culled.set(id, 1);
    }
  }

  #get(id: string): Kept | undefined {
    return this.#pending.get(id as MsgId) ?? this.#settled.get(id as MsgId);
  }

  *#all(): Iterable<Kept> {
    yield* this.#settled.values();
    yield* this.#pending.values();
  }

  #matching(query: Query): Kept[] {
    const ids = pinnedIds(query);
    const candidates = ids ? ids.map((id) => this.#get(id)) : this.#all();
    const found: Kept[] = [];
    for (const record of candidates) if (record && matches((key) => this.#read(record, key), query)) found.push(record);
    return found;
  }

  #read(record: Kept, key: RecordKey): JsonValue {
    switch (key) {
      case "buffers":
        return record.request ? [] : null;
      case "result_buffers":
        return record.answer ? [] : null;
      case "submitted":
        return this.#submitted(record);
      default:
        return readField(record, key, this.#options.packer);
    }
  }

  #submitted(record: Kept): string | null {
    if (record.submitted === undefined)
      record.submitted = readField(record, "submitted", this.#options.packer) as string | null;
    return record.submitted;
  }

  /** By the time of submission, then of arrival; records without one come last. */
  #inOrder(records: Kept[]): Kept[] {
    return records.sort((a, b) => {
      const [left, right] = [this.#submitted(a) ?? "~", this.#submitted(b) ?? "~"];
      return left < right ? -1 : left > right ? 1 : a.sequence - b.sequence;
    });
  }
}
