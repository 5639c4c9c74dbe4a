import { readFileSync, statSync } from "node:fs";
import { sourceLines } from "./cell-sources.ts";
import { pathOf, type StackFrame } from "./stack-frames.ts";

/** Longest line that is shown, and largest file that is read for one. */
const limits = { lineCharacters: 200, fileBytes: 1_000_000 };

/** Colours of a traceback. */
export interface Colours {
  dim(text: string): string;
  red(text: string): string;
}

/** The line that failed, the one before it, and a caret under the column, of the innermost frame whose source is known. */
export function excerpt(frames: readonly StackFrame[], { dim, red }: Colours): string[] {
  for (const { file, line, column } of frames) {
    const lines = line > 0 ? linesOf(file) : undefined;
    const failed = lines?.[line - 1]?.trimEnd();
    if (failed === undefined || failed === "" || failed.length > limits.lineCharacters) continue;
    const before = lines?.[line - 2]?.trimEnd() ?? "";
    const width = String(line).length + 2;
    const numbered = (number: number, text: string) => `${dim(`${String(number).padStart(width)} |`)} ${text}`;
    // Tabs stay tabs, so that the caret stands under its column.
    const indentation = failed.slice(0, column - 1).replace(/[^\t]/g, " ");
    return [
      ...(before === "" || before.length > limits.lineCharacters ? [] : [numbered(line - 1, before)]),
      numbered(line, failed),
      `${dim(`${" ".repeat(width)} |`)} ${indentation}${red("^")}`,
    ];
  }
  return [];
}

function linesOf(file: string): readonly string[] | undefined {
  const known = sourceLines(file);
  if (known || !/^(file:|\/)/.test(file) || file.includes("/node_modules/")) return known;
  try {
    const path = pathOf(file);
    return statSync(path).size > limits.fileBytes ? undefined : readFileSync(path, "utf8").split("\n");
  } catch {
    // No file of that name any more: the frame alone says enough.
    return undefined;
  }
}
