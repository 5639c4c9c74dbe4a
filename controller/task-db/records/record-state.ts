import type { EngineUuid, MsgId } from "../../../protocol/ids.ts";
import type { JsonValue } from "../../../protocol/json.ts";
import type { PublishedKey, RecordChange, RecordedMessage } from "../task-db.ts";

interface Answer {
  readonly message: RecordedMessage;
  readonly received: string;
  readonly engine: EngineUuid | undefined;
}

/** What a request has printed and shown. */
export interface Output {
  stdout: string;
  stderr: string;
  readonly published: Partial<Record<PublishedKey, JsonValue>>;
}

/** All that is known of one request, or what a batch of changes adds to that; frames as they came, nothing decoded. */
export interface RecordState {
  readonly id: MsgId;
  queue: "mux" | "task" | undefined;
  request: RecordedMessage | undefined;
  /** Where it was last sent. */
  engine: EngineUuid | undefined;
  answer: Answer | undefined;
  resubmitted: MsgId | undefined;
  /** Absent while nothing was printed: most tasks print nothing. */
  output: Output | undefined;
}

export const newRecord = (id: MsgId): RecordState => ({
  id,
  queue: undefined,
  request: undefined,
  engine: undefined,
  answer: undefined,
  resubmitted: undefined,
  output: undefined,
});

/** Asked and not answered. What only printed (a broadcast's copy, wire protocol §9.2) pends on nothing. */
export const isPending = (record: RecordState): boolean => record.request !== undefined && !record.answer;

export function applyChange(record: RecordState, change: RecordChange): void {
  switch (change.kind) {
    case "requested":
      record.request = change.message;
      record.queue = change.queue;
      record.engine = change.engine ?? record.engine;
      break;
    case "assigned":
      record.engine = change.engine;
      break;
    case "answered":
      record.answer = change;
      break;
    case "printed":
      record.output ??= { stdout: "", stderr: "", published: {} };
      record.output[change.stream] = appendOutput(record.output[change.stream], change.text);
      break;
    case "published":
      record.output ??= { stdout: "", stderr: "", published: {} };
      record.output.published[change.key] = change.value;
      break;
    case "resubmitted":
      record.resubmitted = change.as;
      break;
  }
}

/** How much of what a request prints on one stream is kept, in characters. */
export const mostOutput = 1024 ** 2;
export const cutNote = "\n[further output was not recorded]\n";

export function appendOutput(before: string, text: string): string {
  if (before.length > mostOutput) return before;
  const whole = before + text;
  return whole.length <= mostOutput ? whole : whole.slice(0, mostOutput) + cutNote;
}

/** Bytes that the record's frames and output take, near enough to bound memory by. */
export function sizeOf({ request, answer, output }: RecordState): number {
  return (request ? messageSize(request) : 0) + (answer ? messageSize(answer.message) : 0) + outputSize(output);
}

export function messageSize({ header, metadata, content, buffers }: RecordedMessage): number {
  let bytes = header.length + metadata.length + content.length;
  for (const buffer of buffers) bytes += buffer.length;
  return bytes;
}

function outputSize(output: Output | undefined): number {
  if (!output) return 0;
  let bytes = output.stdout.length + output.stderr.length;
  for (const value of Object.values(output.published)) bytes += JSON.stringify(value).length;
  return bytes;
}
