import { logLevels } from "../../cli/log/log-levels.ts";
import { type Colour, levelText, localTime, messageText, type Paint } from "../../cli/log/record-text.ts";
import type { TimedLine } from "./recent-lines.ts";

/** A line, where it stands, and who wrote it. */
export interface PartLine extends TimedLine {
  /** `controller`, `engine-3`. */
  readonly part: string;
  readonly path: string;
}

/** The lines as they are printed, each with its newline. */
export type LinePrinter = (lines: readonly PartLine[]) => string;

/** Engines take turns; the controller has none of these. */
const engineColours: readonly Colour[] = ["cyan", "magenta", "blue", "green"];

/**
 * For people: `engine-3   | 2026-11-21 12:00:00.123 WARN     no answer url=…`; each line of a stack has its prefix.
 * The column grows with the longest name so far.
 */
export function textPrinter(paint: Paint): LinePrinter {
  let width = "controller".length;
  const printed = ({ part, timeMs, line }: PartLine): string => {
    const prefix = `${paint(part.padEnd(width), colourOf(part))} ${paint("|", "dim")} `;
    const time = paint(localTime(timeMs), "dim");
    // The prefix says already which engine speaks; the controller's lines are about one.
    const { engine, ...others } = line.fields;
    const fields = line.engine === undefined ? { engine, ...others } : others;
    const text = `${time} ${levelText(line.level, paint)} ${messageText(line.msg, fields, paint)}`;
    return `${text
      .split("\n")
      .map((each) => prefix + each)
      .join("\n")}\n`;
  };
  return (lines) => {
    width = Math.max(width, ...lines.map(({ part }) => part.length));
    return lines.map(printed).join("");
  };
}

/** For programs: a JSON object a line, with `part` and `file` first, then what the line says; absent where it does not. */
export const jsonPrinter: LinePrinter = (lines) => lines.map(jsonLine).join("");

function jsonLine({ part, path, timeMs, line }: PartLine): string {
  const { level, name, pid, msg, fields } = line;
  const time = new Date(timeMs).toISOString();
  const levelno = level === undefined ? undefined : logLevels[level];
  return `${JSON.stringify({ part, file: path, level, levelno, time, name, pid, ...fields, msg })}\n`;
}

function colourOf(part: string): Colour {
  const id = /^engine-(\d+)$/.exec(part)?.[1];
  return id === undefined ? "yellow" : (engineColours[Number(id) % engineColours.length] ?? "cyan");
}
