import type { JsonValue } from "../../../protocol/json.ts";
import type { Packer } from "../../../protocol/packer.ts";
import type { Frames } from "../../../transport/channel.ts";
import type { RecordChange, RecordedMessage } from "../task-db.ts";
import { readField } from "./record-fields.ts";
import { type FieldKey, fieldKeys, kindOf } from "./record-keys.ts";
import { applyChange, newRecord, type RecordState } from "./record-state.ts";

/** What a batch of changes sets in one record: fields with a value, and buffers where they came. */
export interface RecordPatch {
  readonly id: string;
  readonly fields: ReadonlyMap<FieldKey, JsonValue>;
  readonly buffers: Frames | undefined;
  readonly result_buffers: Frames | undefined;
}

/** Makes one patch for each record that the changes concern, in the order of the first change. */
export function patchesOf(changes: readonly RecordChange[], options: PatchOptions): RecordPatch[] {
  const states = new Map<string, RecordState>();
  for (const change of changes) {
    const state = states.get(change.id) ?? newRecord(change.id);
    states.set(change.id, state);
    applyChange(state, boundedChange(change, options));
  }
  return [...states.values()].map((state) => patchOf(state, rememberLatest(options.packer)));
}

export interface PatchOptions {
  readonly packer: Packer;
  /** Most bytes of a message's buffers that the database can keep with a record. */
  readonly mostBufferBytes: number;
}

function patchOf(state: RecordState, packer: Packer): RecordPatch {
  const fields = new Map<FieldKey, JsonValue>();
  for (const key of fieldKeys) {
    const value = readField(state, key, packer);
    const isOutput = key === "stdout" || key === "stderr";
    if (value !== null && !(isOutput && value === "")) fields.set(key, value);
  }
  return { id: state.id, fields, buffers: state.request?.buffers, result_buffers: state.answer?.message.buffers };
}

/** Several fields come from one frame. */
function rememberLatest(packer: Packer): Packer {
  const decoded = new Map<Buffer, unknown>();
  const decode = (frame: Buffer): unknown => {
    if (!decoded.has(frame)) decoded.set(frame, packer.decode(frame));
    return decoded.get(frame);
  };
  return { ...packer, decode };
}

/**
 * Buffers that are too large are left out, and the record says so: an answer becomes an error that whoever asks for
 * the result reads, a request can no longer be submitted again.
 */
function boundedChange(change: RecordChange, { packer, mostBufferBytes }: PatchOptions): RecordChange {
  if (change.kind !== "requested" && change.kind !== "answered") return change;
  const bytes = change.message.buffers.reduce((sum, buffer) => sum + buffer.length, 0);
  if (bytes <= mostBufferBytes) return change;
  return {
    ...change,
    message: withoutBuffers(change.message, { packer, bytes, isAnswer: change.kind === "answered" }),
  };
}

function withoutBuffers(
  message: RecordedMessage,
  { packer, bytes, isAnswer }: { readonly packer: Packer; readonly bytes: number; readonly isAnswer: boolean },
): RecordedMessage {
  if (!isAnswer) return { ...message, buffers: [] };
  const evalue = `The ${Math.ceil(bytes / 2 ** 20)} MB of this result are too large for the task database`;
  const content = { status: "error", ename: "ResultNotRecorded", evalue, traceback: [], engine_info: {} };
  return { ...message, content: packer.encode(content), buffers: [] };
}

/** A value as a text column holds it. */
export const columnText = (key: FieldKey, value: JsonValue): string | number =>
  kindOf(key) === "dict" || typeof value === "object" || typeof value === "boolean" ? JSON.stringify(value) : value;
