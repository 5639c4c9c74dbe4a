import { endsValue, lineStarts } from "./line-starts.ts";

/** A magic as it stands in a cell. */
export interface MagicCall {
  readonly name: string;
  /** The rest of its line, trimmed at the end. */
  readonly rest: string;
  /** Lines above it in the cell. */
  readonly line: number;
  /** Column at which `rest` begins, from zero. */
  readonly column: number;
}

export type SplitCell =
  | {
      readonly kind: "cell-magic";
      readonly call: MagicCall;
      /** The lines below, after as many line breaks as stand above them, so that line numbers stay true. */
      readonly body: string;
    }
  | {
      readonly kind: "code";
      /** The cell with each line magic replaced by a call, on the same line. */
      readonly source: string;
      readonly calls: readonly MagicCall[];
    };

const cellMagic = /^((?:[ \t]*\r?\n)*)[ \t]*%%([A-Za-z_]\w*)[ \t]*([^\r\n]*)(?:\r?\n|$)/;
const lineMagic = /^([ \t]*)%([A-Za-z_]\w*)(?:([ \t]+)([^\r\n]*))?(?=\r?$)/;

/**
 * Finds the magics of a cell.
 * @param isMagic whether a line magic of that name exists: where an expression could go on, `%name` of any other name
 * is the remainder operator
 * @param replace what takes a line magic's place; `written` is all of its line behind the indent
 */
export function splitCell(
  source: string,
  isMagic: (name: string) => boolean,
  replace: (call: MagicCall, written: string) => string,
): SplitCell {
  const head = cellMagic.exec(source);
  if (head) return splitCellMagic(source, head);
  if (!source.includes("%")) return { kind: "code", source, calls: [] };
  const calls: MagicCall[] = [];
  const lines = lineStarts(source).map(({ offset, isCode, previous }, line, starts) => {
    const text = source.slice(offset, starts[line + 1]?.offset ?? source.length);
    const match = isCode ? lineMagic.exec(text.replace(/\n$/, "")) : null;
    if (!match || (endsValue(previous) && !isMagic(match[2] ?? ""))) return text;
    const [, indent = "", name = "", gap = "", rest = ""] = match;
    const call = { name, rest: rest.trimEnd(), line, column: indent.length + 1 + name.length + gap.length };
    calls.push(call);
    const written = text.slice(indent.length).replace(/\n$/, "");
    return `${indent}${replace(call, written)}${text.endsWith("\n") ? "\n" : ""}`;
  });
  return { kind: "code", source: lines.join(""), calls };
}

function splitCellMagic(source: string, head: RegExpExecArray): SplitCell {
  const [all, above = "", name = "", rest = ""] = head;
  const line = above.split("\n").length - 1;
  const column = all.indexOf(rest, above.length + all.slice(above.length).indexOf(name) + name.length) - above.length;
  return {
    kind: "cell-magic",
    call: { name, rest: rest.trimEnd(), line, column },
    body: "\n".repeat(line + 1) + source.slice(all.length),
  };
}
