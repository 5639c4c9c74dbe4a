import { readFileSync, statSync } from "node:fs";
import { ansiColours, codeExcerpt } from "../../protocol/code-excerpt.ts";
import { sourceLines } from "./cell-sources.ts";
import { pathOf, type StackFrame } from "./stack-frames.ts";

/** Largest file that is read for a line. */
const mostBytes = 1_000_000;

/** The line that failed, of the innermost frame whose source is known. */
export function excerpt(frames: readonly StackFrame[]): string[] {
  for (const frame of frames) {
    const lines = frame.line > 0 ? linesOf(frame.file) : undefined;
    const shown = lines && codeExcerpt(lines, frame, ansiColours);
    if (shown) return shown;
  }
  return [];
}

function linesOf(file: string): readonly string[] | undefined {
  const known = sourceLines(file);
  if (known || !/^(file:|\/)/.test(file) || file.includes("/node_modules/")) return known;
  try {
    const path = pathOf(file);
    return statSync(path).size > mostBytes ? undefined : readFileSync(path, "utf8").split("\n");
  } catch {
    // No file of that name any more: the frame alone says enough.
    return undefined;
  }
}
