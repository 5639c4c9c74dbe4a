import type { ColumnShift } from "../../protocol/cell-program.ts";
import type { SourcePlace } from "../../protocol/code-excerpt.ts";
import type { CellSource } from "../../protocol/host.ts";

/** How many cells are remembered, and how long one may be. */
const limits = { cells: 500, characters: 200_000 };

interface RememberedCell {
  readonly lines: readonly string[];
  readonly shifts: readonly ColumnShift[];
}

const sources = new Map<string, RememberedCell>();

/** Keeps a cell's text, so that tracebacks can show the line that failed. The oldest cells are forgotten. */
export function rememberSource(filename: string, source: string, shifts: readonly ColumnShift[] = []): void {
  sources.delete(filename);
  sources.set(filename, { lines: source.length > limits.characters ? [] : source.split("\n"), shifts });
  if (sources.size <= limits.cells) return;
  for (const oldest of sources.keys()) {
    sources.delete(oldest);
    break;
  }
}

/** Lines of a remembered cell. */
export const sourceLines = (filename: string): readonly string[] | undefined => sources.get(filename)?.lines;

/** Column of the source for a column of the code that ran. */
export function sourceColumn(filename: string, line: number, column: number): number {
  let shift = 0;
  for (const [shiftLine, from, by] of sources.get(filename)?.shifts ?? [])
    if (shiftLine === line && column - shift - by >= from) shift += by;
  return column - shift;
}

/** A remembered cell, and the place in its text of one in the code that ran. */
export function sourceOfCell(filename: string, { line, column }: SourcePlace): CellSource | undefined {
  const lines = sourceLines(filename);
  return lines && { lines, place: { line, column: sourceColumn(filename, line, column) } };
}
