/** A statement of a Python file, whatever number of lines it takes. */
export interface LogicalLine {
  readonly text: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly isIndented: boolean;
}

/** What counts when lines are told apart: strings, comments, brackets, joined lines, ends of lines and statements. */
const tokens =
  /"""(?:\\[\s\S]|[\s\S])*?(?:"""|$)|'''(?:\\[\s\S]|[\s\S])*?(?:'''|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|#[^\n]*|\\\r?\n|[[({]|[\])}]|\n|;/g;

/** Splits a Python file into its statements; empty lines and comments between them are left out. */
export function logicalLines(source: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let start = 0;
  let depth = 0;
  const end = (at: number): void => {
    const text = source.slice(start, at);
    const content = text.trim();
    if (content !== "" && !/^(?:#[^\n]*\s*)+$/.test(content)) lines.push(describe(source, start, text));
  };
  for (const { 0: token, index } of source.matchAll(tokens)) {
    if (/^[[({]$/.test(token)) depth++;
    else if (/^[\])}]$/.test(token)) depth = Math.max(0, depth - 1);
    else if (depth === 0 && (token === "\n" || token === ";")) {
      end(index);
      start = index + 1;
    }
  }
  end(source.length);
  return lines;
}

function describe(source: string, start: number, text: string): LogicalLine {
  const indent = text.length - text.trimStart().length;
  const line = source.slice(0, start + indent).split("\n").length;
  return { text: text.trim(), line, isIndented: indent > 0 && source[start - 1] !== ";" };
}
