import { isJsonObject } from "../../protocol/json.ts";
import type { LogLevelName } from "./log-levels.ts";
import type { LogRecord } from "./log-record.ts";

/** SGR codes. */
const codes = { dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, brightRed: 91 } as const;
const levelCodes: Readonly<Record<LogLevelName, Colour>> = {
  debug: "dim",
  info: "green",
  warn: "yellow",
  error: "red",
  critical: "brightRed",
};
const levelWidth = "CRITICAL".length;

export type Colour = keyof typeof codes;
export type Paint = (text: string, colour: Colour) => string;

const plain: Paint = (text) => text;
const coloured: Paint = (text, colour) => `\x1b[${codes[colour]}m${text}\x1b[0m`;

export const painter = (isColoured: boolean): Paint => (isColoured ? coloured : plain);

/** Whether a terminal's reader wants colours: `NO_COLOR` set to anything says no (no-color.org). */
export const wantsColours = (env: NodeJS.ProcessEnv): boolean => !env["NO_COLOR"] && env["TERM"] !== "dumb";

/**
 * A record for people, without a newline at its end: `2026-11-21 12:00:00.123 INFO     [ipcontroller] engine 3 … reason=…`.
 * What a peer sent cannot drive the terminal: control characters are shown as escapes.
 */
export function recordText(record: LogRecord, paint: Paint): string {
  const { time, level, name, msg, fields } = record;
  const speaker = paint(`[${name}]`, "dim");
  return `${paint(localTime(Date.parse(time)), "dim")} ${levelText(level, paint)} ${speaker} ${messageText(msg, fields, paint)}`;
}

/** In a column of its own; blank where a line tells no level. */
export function levelText(level: LogLevelName | undefined, paint: Paint): string {
  const text = (level ?? "").toUpperCase().padEnd(levelWidth);
  return level === undefined ? text : paint(text, levelCodes[level]);
}

/** The sentence and what it leaves unsaid; an error's stack on lines of its own. */
export function messageText(msg: string, fields: LogRecord["fields"], paint: Paint): string {
  const { err, ...others } = fields;
  const stack = stackOf(err);
  const rest = Object.entries({ ...others, ...(stack === undefined ? { err } : {}) })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const)
    .filter(([, value]) => !mentions(msg, value))
    .map(([key, value]) => `${key}=${/[\s"=]/.test(value) ? JSON.stringify(value) : value}`);
  const said = [printable(msg), ...(rest.length > 0 ? [paint(printable(rest.join(" ")), "dim")] : [])].join(" ");
  return stack === undefined ? said : `${said}\n${printable(stack)}`;
}

/** Whether a sentence says a value: a short one only as a word, for every "30" has a "3". */
function mentions(msg: string, value: string): boolean {
  return value.length > 8 ? msg.includes(value) : msg.split(/[\s(),.:;]+/).includes(value);
}

/** Text with control characters as escapes; newlines and tabs stay. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function stackOf(err: LogRecord["fields"][string]): string | undefined {
  if (!isJsonObject(err)) return undefined;
  const { stack } = err;
  return typeof stack === "string" && stack !== "" ? stack : undefined;
}

/** Local time, as the clock beside the reader shows it. */
export function localTime(epochMs: number): string {
  if (Number.isNaN(epochMs)) return "?";
  const shifted = epochMs - new Date(epochMs).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, -1).replace("T", " ");
}
