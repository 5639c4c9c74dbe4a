/** Longest line that is shown. */
const mostCharacters = 200;

/** Where something is in a source; both from 1. */
export interface SourcePlace {
  readonly line: number;
  readonly column: number;
}

/** Colours of a traceback. */
export interface Colours {
  dim(text: string): string;
  red(text: string): string;
}

/** A line of a source, the one before it, and a caret under the column; `undefined` where there is nothing to show. */
export function codeExcerpt(
  lines: readonly string[],
  { line, column }: SourcePlace,
  { dim, red }: Colours,
): string[] | undefined {
  const failed = lines[line - 1]?.trimEnd();
  if (failed === undefined || failed === "" || failed.length > mostCharacters) return undefined;
  const before = lines[line - 2]?.trimEnd() ?? "";
  const width = String(line).length + 2;
  const numbered = (number: number, text: string) => `${dim(`${String(number).padStart(width)} |`)} ${text}`;
  // Tabs stay tabs, so that the caret stands under its column.
  const indentation = failed.slice(0, column - 1).replace(/[^\t]/g, " ");
  return [
    ...(before === "" || before.length > mostCharacters ? [] : [numbered(line - 1, before)]),
    numbered(line, failed),
    `${dim(`${" ".repeat(width)} |`)} ${indentation}${red("^")}`,
  ];
}

/** Colours by ANSI codes. */
export const ansiColours: Colours = {
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
  red: (text) => `\u001b[31m${text}\u001b[39m`,
};
