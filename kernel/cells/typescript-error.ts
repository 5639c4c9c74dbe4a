import type { TypeProblem } from "../../runtime/types/type-problem.ts";

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
const dim = (text: string): string => `\u001b[2m${text}\u001b[22m`;

/** Problems shown in full; the rest is counted. */
const shownLimit = 8;

/** The types of a cell do not fit: it was not run. */
export class TypeScriptError extends Error {
  override name = "TypeScriptError";
  readonly problems: readonly TypeProblem[];
  readonly #source: string;
  readonly #filename: string;

  /** @param source what the problems' positions refer to */
  constructor(problems: readonly TypeProblem[], source: string, filename: string) {
    const [first] = problems;
    super(first ? `${place(filename, first)} ${first.message}` : "");
    this.problems = problems;
    this.#source = source;
    this.#filename = filename;
  }

  /** Each problem with its line of the cell, the fault underlined. */
  renderTraceback(): string[] {
    return [red(this.name), ...describeProblems(this.problems, this.#source, this.#filename)];
  }
}

/** Each problem with its line of the source, the fault underlined: for an error, or for a warning. */
export function describeProblems(problems: readonly TypeProblem[], source: string, filename: string): string[] {
  const lines = source.split("\n");
  const shown = problems
    .slice(0, shownLimit)
    .flatMap((problem) => [
      `${place(filename, problem)} - ${red("error")} ${dim(`TS${problem.code}:`)} ${problem.message}`,
      ...underline(problem, lines[problem.start.line] ?? ""),
      "",
    ]);
  const more = problems.length - shownLimit;
  return more > 0 ? [...shown, `… and ${more} more.`] : shown;
}

const place = (filename: string, { start }: TypeProblem): string => `${filename}:${start.line + 1}:${start.column + 1}`;

/** The line, and `~` under the fault; a fault of several lines is underlined to the end of its first. */
function underline({ start, end }: TypeProblem, line: string): string[] {
  const number = `${start.line + 1} `;
  const stop = end.line === start.line ? end.column : line.trimEnd().length;
  // Tabs stay tabs, so that the marks stand under what they mark.
  const indent = line.slice(0, start.column).replace(/[^\t]/g, " ");
  return [
    `${dim(`${number}|`)} ${line}`,
    `${dim(`${" ".repeat(number.length)}|`)} ${indent}${red("~".repeat(Math.max(1, stop - start.column)))}`,
  ];
}
