/**
 * The keys of a record, in the order of ipyparallel's columns (wire protocol §9.2), and what their values are.
 * `time`: ISO-8601 in UTC with six fraction digits; `dict`: a JSON object; `buffers`: frames, which no query can look into.
 */
const kinds = {
  msg_id: "text",
  header: "dict",
  metadata: "dict",
  content: "dict",
  buffers: "buffers",
  submitted: "time",
  client_uuid: "text",
  engine_uuid: "text",
  started: "time",
  completed: "time",
  resubmitted: "text",
  received: "time",
  result_header: "dict",
  result_metadata: "dict",
  result_content: "dict",
  result_buffers: "buffers",
  queue: "text",
  execute_input: "text",
  execute_result: "dict",
  error: "dict",
  stdout: "text",
  stderr: "text",
  label: "text",
  display_data: "dict",
} as const;

export type RecordKey = keyof typeof kinds;
/** What is neither kind of buffers. */
export type FieldKey = Exclude<RecordKey, "buffers" | "result_buffers">;

export const isFieldKey = (key: RecordKey): key is FieldKey => kinds[key] !== "buffers";

export const recordKeys = Object.keys(kinds) as readonly RecordKey[];
export const fieldKeys = recordKeys.filter(isFieldKey);

export const isRecordKey = (key: string): key is RecordKey => Object.hasOwn(kinds, key);
export const kindOf = (key: RecordKey): (typeof kinds)[RecordKey] => kinds[key];
