import { isJsonObject, type JsonValue, parseJson } from "../../../protocol/json.ts";
import type { Frames } from "../../../transport/channel.ts";
import { splitFrames } from "../../../transport/joined-frames.ts";
import { isFieldKey, kindOf, type RecordKey } from "../records/record-keys.ts";
import { selected } from "./sqlite-table.ts";

export type SqlValue = string | number | Buffer | null;

interface ReadRow {
  readonly values: ReadonlyMap<RecordKey, JsonValue>;
  readonly buffers: Frames;
  readonly result_buffers: Frames;
}

/** What is selected of a table, and how its rows are read. */
export class SqliteColumns {
  readonly #keys: readonly RecordKey[];
  readonly #frames: readonly ("buffer" | "result_buffer")[];

  constructor(
    keys: readonly RecordKey[],
    { withBuffers, withResultBuffers }: { readonly withBuffers: boolean; readonly withResultBuffers: boolean },
  ) {
    this.#keys = [...new Set(keys)];
    this.#frames = [
      ...(withBuffers ? (["buffer"] as const) : []),
      ...(withResultBuffers ? (["result_buffer"] as const) : []),
    ];
  }

  get sql(): string {
    const fields = this.#keys.map((key) => (isFieldKey(key) ? selected(key) : `${key} IS NOT NULL`));
    return [...fields, ...this.#frames.flatMap((kind) => [`${kind}s`, `${kind}_lengths`])].join(", ");
  }

  read(row: readonly SqlValue[]): ReadRow {
    const values = new Map(this.#keys.map((key, at) => [key, decode(key, row[at] ?? null)]));
    const read = { values, buffers: [] as Frames, result_buffers: [] as Frames };
    this.#frames.forEach((kind, index) => {
      const [bytes, lengths] = row.slice(this.#keys.length + 2 * index);
      if (Buffer.isBuffer(bytes) && typeof lengths === "string")
        read[`${kind}s`] = splitFrames({ bytes, lengths: parseJson(lengths) as number[] });
    });
    return read;
  }
}

function decode(key: RecordKey, value: SqlValue): JsonValue {
  if (!isFieldKey(key)) return value === 1 ? [] : null;
  if (value === null || typeof value === "number") return value;
  const text = String(value);
  return kindOf(key) === "dict" ? decodeDict(text) : text;
}

/** A row that somebody else wrote must not make all others unreadable. */
function decodeDict(text: string): JsonValue {
  try {
    const dict = parseJson(text);
    return isJsonObject(dict) ? dict : {};
  } catch {
    return {};
  }
}
