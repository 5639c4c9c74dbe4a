import MagicString from "magic-string";
import type { ColumnShift } from "../../protocol/cell-program.ts";

/** Name under which a program knows what its namespace gives it: see `CellSupport`. */
export const supportName = "__cell";

/**
 * The text of one cell while it changes. What is added goes before the first statement or behind the end of the
 * statement before, and what is taken away leaves blanks, so that a statement at the start of its line keeps its column.
 */
export class Rewriting {
  readonly source: string;
  readonly text: MagicString;
  /** Top-level names that the cell declares. */
  readonly names = new Set<string>();
  /** Runs before the user's first statement: functions and late imports are hoisted to here. */
  readonly prologue: string[] = [];
  readonly #insertions: Insertion[] = [];
  #lead = "";
  #previousEnd: number | undefined;

  constructor(source: string) {
    this.source = source;
    this.text = new MagicString(source);
  }

  /** Inserts before the current statement, as near to the statement before as possible. */
  before(text: string): void {
    if (this.#previousEnd === undefined) this.#lead += text;
    else this.after(this.#previousEnd, text);
  }

  /** Inserts behind what ends at the offset, and behind all that was inserted there earlier. */
  after(end: number, text: string): void {
    this.text.appendLeft(end, text);
    this.#insertions.push({ at: end, length: text.length });
  }

  /** Inserts in front of what starts at the offset. */
  inFront(start: number, text: string): void {
    this.text.appendRight(start, text);
    this.#insertions.push({ at: start, length: text.length });
  }

  /** Overwrites with a text, and with blanks for the rest; line breaks stay. */
  blank(start: number, end: number, text = ""): void {
    const rest = this.source.slice(start + text.length, end).replace(/[^\n\r\u2028\u2029]/g, " ");
    this.#overwrite(start, end, text + rest);
  }

  /** Overwrites with a text of any length on one line; the line breaks of the old text follow it. */
  replace(start: number, end: number, text: string): void {
    this.#overwrite(start, end, text + this.source.slice(start, end).replace(/[^\n\r\u2028\u2029]/g, ""));
  }

  /** Makes the end of a statement the place where `before` inserts. */
  finish(end: number): void {
    this.#previousEnd = end;
  }

  /** The prologue with what stands before the first statement, and the changed text. */
  parts(): { readonly prologue: string; readonly body: string } {
    return { prologue: this.prologue.join("") + this.#lead, body: this.text.toString() };
  }

  /**
   * Where what follows on the same line moved.
   * @param others insertions that were made without this object
   */
  shifts(others: readonly Insertion[]): ColumnShift[] {
    const starts = lineStarts(this.source);
    const sorted = [...this.#insertions, ...others].filter(({ length }) => length !== 0).sort((a, b) => a.at - b.at);
    return sorted.flatMap(({ at, length }): ColumnShift[] => {
      const line = starts.findLastIndex((start) => start <= at);
      const isLast = this.source.slice(at, starts[line + 1]).trim() === "";
      return isLast ? [] : [[line + 1, at - (starts[line] ?? 0) + 1, length]];
    });
  }

  #overwrite(start: number, end: number, text: string): void {
    this.text.update(start, end, text);
    this.#insertions.push({ at: end, length: lastLineLength(text) - lastLineLength(this.source.slice(start, end)) });
  }
}

/** A change of length at an offset of the source. */
export interface Insertion {
  readonly at: number;
  readonly length: number;
}

const lastLineLength = (text: string): number => text.length - text.lastIndexOf("\n") - 1;

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
