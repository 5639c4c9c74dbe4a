import type { JsonObject, JsonValue } from "../../protocol/json.ts";
import { type PreciseDate, preciseDate } from "./precise-date.ts";

/** What the controller's database knows of one request, by the manual's names in this language's spelling. */
export interface TaskRow {
  readonly msgId: string;
  readonly header: JsonObject;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly buffers: readonly Buffer[];
  readonly submitted: PreciseDate | null;
  /** Session id of the client. */
  readonly clientUuid: string;
  /** Where it runs or ran; `null` for a task that waits. */
  readonly engineUuid: string | null;
  readonly started: PreciseDate | null;
  readonly completed: PreciseDate | null;
  /** Message id under which it was submitted again. */
  readonly resubmitted: string | null;
  /** When the reply reached the controller. */
  readonly received: PreciseDate | null;
  readonly resultHeader: JsonObject | null;
  readonly resultMetadata: JsonObject | null;
  readonly resultContent: JsonObject | null;
  readonly resultBuffers: readonly Buffer[];
  /** Sent to an engine, or to the task scheduler. */
  readonly queue: "mux" | "task";
  readonly executeInput: string | null;
  readonly executeResult: JsonObject | null;
  readonly error: JsonObject | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly label: string | null;
}

/** What a row may have. */
export type TaskKey = keyof TaskRow;
/** Keys that a row has only when they are asked for: their values may be large. */
export type BufferKey = "buffers" | "resultBuffers";

/** The names that travel (wire protocol §9.2). */
export const wireKeys = {
  msgId: "msg_id",
  header: "header",
  metadata: "metadata",
  content: "content",
  buffers: "buffers",
  submitted: "submitted",
  clientUuid: "client_uuid",
  engineUuid: "engine_uuid",
  started: "started",
  completed: "completed",
  resubmitted: "resubmitted",
  received: "received",
  resultHeader: "result_header",
  resultMetadata: "result_metadata",
  resultContent: "result_content",
  resultBuffers: "result_buffers",
  queue: "queue",
  executeInput: "execute_input",
  executeResult: "execute_result",
  error: "error",
  stdout: "stdout",
  stderr: "stderr",
  label: "label",
} as const satisfies Record<TaskKey, string>;

const keysOfWire: ReadonlyMap<string, TaskKey> = new Map(
  Object.entries(wireKeys).map(([key, wire]) => [wire, key as TaskKey]),
);
const times: ReadonlySet<TaskKey> = new Set(["submitted", "started", "completed", "received"]);

/** @throws {TypeError} naming the key that rows do not have */
export function wireKey(key: string): string {
  const wire: string | undefined = Object.hasOwn(wireKeys, key) ? wireKeys[key as TaskKey] : undefined;
  if (wire === undefined)
    throw new TypeError(`Records have no key "${key}". There are ${Object.keys(wireKeys).join(", ")}.`);
  return wire;
}

/** Records of a `db_reply`, with how many of its buffers belong to each (wire protocol §10.3). */
export interface RecordsReply {
  readonly records: readonly JsonObject[];
  readonly buffer_lens: readonly number[] | null;
  readonly result_buffer_lens: readonly number[] | null;
}

/** Rows with what the records have; keys that are not ours are left out. */
export function readRows({ records, buffer_lens, result_buffer_lens }: RecordsReply, frames: readonly Buffer[]) {
  let at = 0;
  const take = (lengths: readonly number[] | null, index: number) => {
    const start = at;
    at += lengths?.[index] ?? 0;
    return frames.slice(start, at);
  };
  return records.map((record, index): Partial<TaskRow> => {
    const buffers = buffer_lens ? { buffers: take(buffer_lens, index) } : {};
    const resultBuffers = result_buffer_lens ? { resultBuffers: take(result_buffer_lens, index) } : {};
    return { ...readFields(record), ...buffers, ...resultBuffers };
  });
}

function readFields(record: JsonObject): Partial<TaskRow> {
  const fields = Object.entries(record).flatMap(([wire, value]) => {
    const key = keysOfWire.get(wire);
    return key === undefined ? [] : [[key, times.has(key) ? readTime(value) : (value ?? null)] as const];
  });
  return Object.fromEntries(fields) as Partial<TaskRow>;
}

const readTime = (value: JsonValue | undefined): PreciseDate | null =>
  (typeof value === "string" ? preciseDate(value) : undefined) ?? null;
