import { isJsonObject, type JsonObject, type JsonValue } from "../../../protocol/json.ts";
import type { Packer } from "../../../protocol/packer.ts";
import type { Frames } from "../../../transport/channel.ts";
import type { TaskRecord } from "../task-db.ts";
import { UnknownKey } from "../task-db-refusal.ts";
import { type FieldKey, fieldKeys, isRecordKey } from "./record-keys.ts";
import type { RecordState } from "./record-state.ts";
import { normaliseTime } from "./record-time.ts";

type Reader = (record: RecordState, packer: Packer) => JsonValue;

/** Where each field comes from (wire protocol §9.2). Only the frame that holds it is decoded. */
const readers: Record<FieldKey, Reader> = {
  msg_id: ({ id }) => id,
  header: ({ request }, packer) => readHeader(request?.header, packer),
  metadata: ({ request }, packer) => readDict(request?.metadata, packer),
  content: ({ request }, packer) => readDict(request?.content, packer),
  submitted: ({ request }, packer) => time(readDict(request?.header, packer)?.["date"]),
  client_uuid: ({ request }, packer) => text(readDict(request?.header, packer)?.["session"]),
  engine_uuid: ({ engine, answer }, packer) =>
    answer ? (answer.engine ?? text(readDict(answer.message.metadata, packer)?.["engine"]) ?? "") : (engine ?? null),
  started: ({ answer }, packer) => time(readDict(answer?.message.metadata, packer)?.["started"]),
  completed: ({ answer }, packer) =>
    answer ? (time(readDict(answer.message.header, packer)?.["date"]) ?? answer.received) : null,
  resubmitted: ({ resubmitted }) => resubmitted ?? null,
  received: ({ answer }) => answer?.received ?? null,
  result_header: ({ answer }, packer) => readHeader(answer?.message.header, packer),
  result_metadata: ({ answer }, packer) => readDict(answer?.message.metadata, packer),
  result_content: ({ answer }, packer) => readDict(answer?.message.content, packer),
  queue: ({ queue }) => queue ?? null,
  execute_input: ({ output }) => copyOf(output?.published.execute_input),
  execute_result: ({ output }) => copyOf(output?.published.execute_result),
  error: ({ output }) => copyOf(output?.published.error),
  stdout: ({ output }) => output?.stdout ?? "",
  stderr: ({ output }) => output?.stderr ?? "",
  label: ({ request }, packer) => label(readDict(request?.metadata, packer)?.["label"]),
  display_data: ({ output }) => copyOf(output?.published.display_data),
};

export const readField = (record: RecordState, key: FieldKey, packer: Packer): JsonValue =>
  readers[key](record, packer);

/** A frame that cannot be read (its sender signed it all the same) is an empty dict: it must not make others unreadable. */
function readDict(frame: Buffer | undefined, packer: Packer): JsonObject | null {
  if (!frame) return null;
  try {
    const dict = packer.decode(frame);
    return isJsonObject(dict) ? dict : {};
  } catch {
    return {};
  }
}

function readHeader(frame: Buffer | undefined, packer: Packer): JsonObject | null {
  const header = readDict(frame, packer);
  const date = time(header?.["date"]);
  return header && date !== null && date !== header["date"] ? { ...header, date } : header;
}

/** The reader may do with it what he likes. */
const copyOf = (value: JsonValue | undefined): JsonValue =>
  value === undefined || typeof value === "string" ? (value ?? null) : structuredClone(value);

const text = (value: JsonValue | undefined): string | null => (typeof value === "string" ? value : null);
const time = (value: JsonValue | undefined): string | null =>
  typeof value === "string" ? (normaliseTime(value) ?? null) : null;

/** A label is a text or a number; anything else becomes text, so that every database can keep and compare it. */
function label(value: JsonValue | undefined): JsonValue {
  if (value === undefined || value === null) return null;
  return typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value);
}

/** What a caller wants of each record. */
export interface Selection {
  /** `msg_id` is among them. */
  readonly fields: readonly FieldKey[];
  readonly withBuffers: boolean;
  readonly withResultBuffers: boolean;
}

/**
 * @param keys `undefined` or none = all but the buffers (wire protocol §10.3)
 * @throws {UnknownKey}
 */
export function selectKeys(keys: readonly string[] | undefined): Selection {
  if (!keys || keys.length === 0) return { fields: fieldKeys, withBuffers: false, withResultBuffers: false };
  const unknown = keys.find((key) => !isRecordKey(key));
  if (unknown !== undefined) throw new UnknownKey(unknown);
  return {
    fields: fieldKeys.filter((key) => key === "msg_id" || keys.includes(key)),
    withBuffers: keys.includes("buffers"),
    withResultBuffers: keys.includes("result_buffers"),
  };
}

const none: Frames = [];

export function copyRecord(record: RecordState, selection: Selection, packer: Packer): TaskRecord {
  const fields: Partial<Record<FieldKey, JsonValue>> = {};
  for (const key of selection.fields) fields[key] = readField(record, key, packer);
  return {
    fields,
    buffers: selection.withBuffers ? (record.request?.buffers ?? none) : none,
    result_buffers: selection.withResultBuffers ? (record.answer?.message.buffers ?? none) : none,
  };
}
