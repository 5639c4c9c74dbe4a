import { isJsonObject } from "../../protocol/json.ts";
import type { LogLevelName } from "./log-levels.ts";
import type { LogRecord } from "./log-record.ts";

/** SGR codes. */
const codes = { dim: 2, red: 31, green: 32, yellow: 33, boldRed: 91 } as const;
const levelCodes: Readonly<Record<LogLevelName, keyof typeof codes>> = {
  debug: "dim",
  info: "green",
  warn: "yellow",
  error: "red",
  critical: "boldRed",
};
const levelWidth = "CRITICAL".length;

export type Paint = (text: string, code: keyof typeof codes) => string;

const plain: Paint = (text) => text;
const coloured: Paint = (text, code) => `\x1b[${codes[code]}m${text}\x1b[0m`;

export const painter = (isColoured: boolean): Paint => (isColoured ? coloured : plain);

/** Whether a terminal's reader wants colours: `NO_COLOR` set to anything says no (no-color.org). */
export const wantsColours = (env: NodeJS.ProcessEnv): boolean => !env["NO_COLOR"] && env["TERM"] !== "dumb";

/**
 * A record for people, without a newline at its end: `2026-11-21 12:00:00.123 INFO     [ipcontroller] engine 3 … reason=…`.
 * What a peer sent cannot drive the terminal: control characters are shown as escapes.
 */
export function recordText(record: LogRecord, paint: Paint): string {
  const { time, level, name, msg, fields } = record;
  const head = `${paint(localTime(time), "dim")} ${paint(level.toUpperCase().padEnd(levelWidth), levelCodes[level])}`;
  return `${head} ${paint(`[${name}]`, "dim")} ${messageText(msg, fields, paint)}`;
}

/** The sentence and what it leaves unsaid; an error's stack on lines of its own. */
export function messageText(msg: string, fields: LogRecord["fields"], paint: Paint): string {
  const { err, ...others } = fields;
  const stack = stackOf(err);
  const rest = Object.entries({ ...others, ...(stack === undefined && err !== undefined ? { err } : {}) })
    .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const)
    .filter(([, value]) => !msg.includes(value))
    .map(([key, value]) => `${key}=${/[\s"=]/.test(value) ? JSON.stringify(value) : value}`);
  const said = [printable(msg), ...(rest.length > 0 ? [paint(printable(rest.join(" ")), "dim")] : [])].join(" ");
  return stack === undefined ? said : `${said}\n${printable(stack)}`;
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
export function localTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const shifted = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, -1).replace("T", " ");
}
