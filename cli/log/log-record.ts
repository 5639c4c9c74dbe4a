import { isJsonObject, type JsonObject, parseJson } from "../../protocol/json.ts";
import { type LogLevelName, levelNames, logLevels } from "./log-levels.ts";

/** What a line of a log says. */
export interface LogRecord {
  /** ISO-8601 in UTC with milliseconds. */
  readonly time: string;
  readonly level: LogLevelName;
  /** Program or part that spoke. */
  readonly name: string;
  /** Process that spoke. */
  readonly pid: number;
  readonly msg: string;
  /** What else the line says: the engine it is about, a reason, an error. */
  readonly fields: JsonObject;
}

/** Keys that every line has; fields must be named otherwise. */
type FixedKey = "time" | "level" | "levelno" | "name" | "pid" | "msg";

/** Facts beside the sentence, for programs that read the log; an Error becomes `{ type, message, stack }`. */
export type LogFields = Readonly<Record<string, unknown>> & { readonly [Key in FixedKey]?: never };

/** Where and as whom a program speaks: the same in each of its lines. */
export interface Speaker {
  readonly name: string;
  readonly pid: number;
  readonly fields: LogFields;
}

/** One line: level, time, speaker, fields, sentence; ends with a newline. */
export function recordLine(speaker: Speaker, level: LogLevelName, msg: string, fields: LogFields | undefined): string {
  const { name, pid } = speaker;
  const fixed = { level, levelno: logLevels[level], time: new Date().toISOString(), name, pid };
  const said = { ...speaker.fields, ...plainFields(fields) };
  return `${stringify({ ...fixed, ...said, msg }) ?? stringify({ ...fixed, msg })}\n`;
}

/** Fields as JSON can hold them. */
export function plainFields(fields: LogFields = {}): Readonly<Record<string, unknown>> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, value instanceof Error ? plainError(value) : value]));
}

function plainError({ name, message, stack }: Error): JsonObject {
  return { type: name, message, stack: stack ?? "" };
}

/** A sentence is worth more than its fields: where these are circular or BigInts, it stands alone. */
function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** @returns `undefined` where the line is none of ours: somebody else's, or cut short */
export function parseRecord(line: string): LogRecord | undefined {
  if (!line.startsWith("{")) return undefined;
  const value = parsed(line);
  if (!isJsonObject(value)) return undefined;
  const { time, level, levelno: _, name, pid, msg, ...fields } = value;
  const isOurs = typeof time === "string" && typeof msg === "string" && typeof name === "string";
  if (!isOurs || typeof pid !== "number" || !isLevelName(level)) return undefined;
  return { time, level, name, pid, msg, fields };
}

function parsed(line: string): unknown {
  try {
    return parseJson(line);
  } catch {
    return undefined; // Something else that begins with a brace.
  }
}

const isLevelName = (value: unknown): value is LogLevelName => levelNames.some((name) => name === value);
