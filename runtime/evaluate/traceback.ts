import { stripVTControlCharacters, types } from "node:util";
import { ansiColours } from "../../protocol/code-excerpt.ts";
import { inspectSafely } from "../display/inspect-safely.ts";
import { excerpt } from "./excerpt.ts";
import { userFrames } from "./stack-frames.ts";

/** An error as Jupyter's `error` message and error replies carry it. */
export type ErrorReport = {
  readonly ename: string;
  readonly evalue: string;
  /** Lines with ANSI colours, first the name and message. */
  readonly traceback: readonly string[];
};

/** How deep causes are followed, and how many errors of an AggregateError are shown. */
const limits = { depth: 5, errors: 5 };

/**
 * Describes whatever was thrown: its name and message, the line of the cell that failed, the user's frames, and its
 * causes. An error that has a method `renderTraceback(): string[]` describes itself, the user's frames behind that.
 */
export function errorReport(error: unknown): ErrorReport {
  const { ename, evalue } = nameAndMessage(error);
  return { ename, evalue, traceback: render(error, new Set()) };
}

function nameAndMessage(error: unknown): { readonly ename: string; readonly evalue: string } {
  if (!isError(error)) return { ename: "Thrown", evalue: inspectSafely(error) };
  try {
    return { ename: errorName(error), evalue: String(error.message) };
  } catch {
    // Getters of the user's that throw.
    return { ename: "Error", evalue: inspectSafely(error) };
  }
}

/** Errors of other realms and look-alikes too. */
const isError = (value: unknown): value is Error =>
  types.isNativeError(value) ||
  value instanceof Error ||
  (typeof value === "object" && value !== null && "message" in value && "stack" in value);

/** A class that extends Error without setting `name` is still known by its own name. */
function errorName(error: Error): string {
  const name = String(error.name);
  const className: unknown = error.constructor?.name;
  return /^(Error|AggregateError|TypeError|RangeError)$/.test(name) && typeof className === "string" && className !== ""
    ? className
    : name;
}

function render(error: unknown, seen: Set<unknown>): string[] {
  if (seen.has(error) || seen.size >= limits.depth) return [dim("…")];
  seen.add(error);
  const frames = userFrames(error);
  const trace = frames.map(({ text }) => dim(`    at ${text}`));
  const own = ownTraceback(error);
  if (own) return [...own, ...trace.filter(isNew(own))];
  const { ename, evalue } = nameAndMessage(error);
  const head = `${red(ename)}${evalue === "" ? "" : `: ${evalue}`}`.split("\n");
  return [...head, ...excerpt(frames), ...trace, ...parts(error, seen), ...cause(error, seen)];
}

function ownTraceback(error: unknown): string[] | undefined {
  if (typeof error !== "object" || error === null || !("renderTraceback" in error)) return undefined;
  if (typeof error.renderTraceback !== "function") return undefined;
  try {
    const lines: unknown = Reflect.apply(error.renderTraceback, error, []);
    return Array.isArray(lines) ? lines.map(String) : undefined;
  } catch {
    // Then it is described like any other error.
    return undefined;
  }
}

/** What came from elsewhere has a stack of frames that its description has already. */
function isNew(described: readonly string[]): (frame: string) => boolean {
  const known = new Set(described.map(withoutColumn));
  return (frame) => !known.has(withoutColumn(frame));
}

/** Columns of what ran elsewhere are not to be corrected by what is known of the cells here. */
const withoutColumn = (frame: string): string => stripVTControlCharacters(frame).replace(/:\d+(\)?)$/, "$1");

function parts(error: unknown, seen: Set<unknown>): string[] {
  if (!isError(error) || !("errors" in error) || !Array.isArray(error.errors)) return [];
  const errors = error.errors as unknown[];
  const shown = errors
    .slice(0, limits.errors)
    .flatMap((each, index) => indent(render(each, new Set(seen)), `[${index}] `));
  const more = errors.length - limits.errors;
  return more > 0 ? [...shown, `… and ${more} more`] : shown;
}

function cause(error: unknown, seen: Set<unknown>): string[] {
  if (!isError(error) || error.cause === undefined) return [];
  const [first = "", ...rest] = render(error.cause, seen);
  return [`Caused by ${first}`, ...rest];
}

const indent = (lines: readonly string[], label: string): string[] =>
  lines.map((line, index) => (index === 0 ? label : " ".repeat(label.length)) + line);

const { dim, red } = ansiColours;
