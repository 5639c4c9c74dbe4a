import type { JsonObject } from "../../../protocol/json.ts";
import type { PackerName } from "../../../protocol/packer.ts";
import type { Frames } from "../../../transport/channel.ts";
import { joinFrames, splitFrames } from "../../../transport/joined-frames.ts";
import type { Query } from "../query.ts";
import type { RetentionLimits } from "../sqlite/sqlite-retention.ts";
import type { RecordChange, TaskRecord } from "../task-db.ts";
import { DatabaseFailed, TaskDbRefusal } from "../task-db-refusal.ts";

/** The database that a thread opens. */
export type DbPlan =
  | {
      readonly kind: "sqlite";
      readonly file: string;
      readonly table: string;
      readonly retention: RetentionLimits;
      readonly packer: PackerName;
    }
  | { readonly kind: "mongo"; readonly url: string; readonly database: string; readonly packer: PackerName };

export type DbQuestion =
  | { readonly kind: "write"; readonly changes: PackedChanges }
  | { readonly kind: "find"; readonly query: Query; readonly keys: readonly string[] | undefined }
  | { readonly kind: "history" }
  | { readonly kind: "remove"; readonly query: Query }
  | { readonly kind: "close" };

/** What each question is answered. */
export interface DbAnswers {
  readonly write: undefined;
  readonly find: PackedRecords;
  readonly history: readonly string[];
  readonly remove: undefined;
  readonly close: undefined;
}

export type ToDbThread = DbQuestion & { readonly number: number };
export type FromDbThread =
  /** The database is open; question 0 is answered so. */
  | { readonly kind: "answer"; readonly number: number; readonly answer: unknown }
  | { readonly kind: "failure"; readonly number: number; readonly failure: PackedFailure };

/** Frames of many messages in one block of memory, which changes threads without a copy. */
interface Packed<Item> {
  readonly items: readonly Item[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lengths: readonly number[];
}

/** A message is replaced by the number of its frames: header, metadata and content, then the buffers. */
type Counted<Change> = Change extends { readonly message: unknown }
  ? Omit<Change, "message"> & { readonly frames: number }
  : Change;
export type PackedChanges = Packed<Counted<RecordChange>>;
export type PackedRecords = Packed<{
  readonly fields: JsonObject;
  readonly buffers: number;
  readonly resultBuffers: number;
}>;

/** Copies the frames: those that zeromq received are memory of its own, which cannot change threads. */
export function packChanges(changes: readonly RecordChange[]): PackedChanges {
  const frames: Buffer[] = [];
  const items = changes.map((change): Counted<RecordChange> => {
    if (change.kind !== "requested" && change.kind !== "answered") return change;
    const { message, ...rest } = change;
    frames.push(message.header, message.metadata, message.content, ...message.buffers);
    return { ...rest, frames: 3 + message.buffers.length };
  });
  return { items, ...joinFrames(frames) };
}

export function unpackChanges({ items, ...joined }: PackedChanges): RecordChange[] {
  const take = taker(joined);
  return items.map((item): RecordChange => {
    if (item.kind !== "requested" && item.kind !== "answered") return item;
    const { frames, ...rest } = item;
    const [header, metadata, content, ...buffers] = take(frames) as [Buffer, Buffer, Buffer, ...Buffer[]];
    return { ...rest, message: { header, metadata, content, buffers } };
  });
}

export function packRecords(records: readonly TaskRecord[]): PackedRecords {
  const items = records.map(({ fields, buffers, result_buffers }) => ({
    fields,
    buffers: buffers.length,
    resultBuffers: result_buffers.length,
  }));
  return { items, ...joinFrames(records.flatMap(({ buffers, result_buffers }) => [...buffers, ...result_buffers])) };
}

export function unpackRecords({ items, ...joined }: PackedRecords): TaskRecord[] {
  const take = taker(joined);
  return items.map(({ fields, buffers, resultBuffers }) => ({
    fields,
    buffers: take(buffers),
    result_buffers: take(resultBuffers),
  }));
}

/** Hands out the frames in order. */
function taker({ bytes, lengths }: Omit<Packed<unknown>, "items">): (count: number) => Frames {
  const frames = splitFrames({ bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), lengths });
  let at = 0;
  return (count) => {
    at += count;
    return frames.slice(at - count, at);
  };
}

export interface PackedFailure {
  readonly message: string;
  /** Of a refusal. */
  readonly ename: string | undefined;
}

export const packFailure = (error: unknown): PackedFailure => ({
  message: error instanceof Error ? error.message : String(error),
  ename: error instanceof TaskDbRefusal ? error.ename : undefined,
});

export const unpackFailure = ({ message, ename }: PackedFailure): Error =>
  ename === undefined ? new DatabaseFailed(message) : new TaskDbRefusal(ename, message);
