import type { BuiltinReference, CellProgram } from "../../protocol/cell-program.ts";
import { isBuiltinGlobal, variableSuffix } from "./builtin-globals.ts";
import { cellSyntaxError } from "./cell-syntax-error.ts";
import { type FreeReference, freeReferences } from "./free-references.ts";
import { type ParsedCell, rewriteCell } from "./rewrite-cell.ts";
import { Rewriting, supportName } from "./rewriting.ts";
import { parseTypeScript } from "./strip-types.ts";
import { topLevelCode } from "./top-level-code.ts";

/** How a cell is called where its errors show. */
export interface CompileOptions {
  /** For example `cell [12]`. */
  readonly filename: string;
}

/** Marks uses of built-in globals until their offsets in the finished code are known; a noncharacter, in no text. */
const placeholder = "\ufdd0";

/**
 * Makes a program of a TypeScript or JavaScript cell. Lines stay. So do columns, except behind an import, an
 * `export default`, or a second declaration or value on one line.
 * @throws {SyntaxError} whose stack names line and column in the cell
 */
export function compileCell(source: string, { filename }: CompileOptions): CellProgram {
  const { code, program } = parseTypeScript(source.replaceAll(placeholder, "\ufffd"), filename);
  const cell: ParsedCell = { program, references: freeReferences(program), code: topLevelCode(program) };
  refuseStrayUsing(cell, code, filename);

  const rewriting = new Rewriting(code);
  const uses = cell.references.filter(({ name }) => isBuiltinGlobal(name));
  for (const use of uses) rewriting.text.appendLeft(use.end, placeholder);
  rewriteCell(rewriting, cell);

  const { prologue, body } = rewriting.parts();
  const { names } = rewriting;
  const prefix = `(${cell.code.usesAwait ? "async" : ""}(${supportName})=>{"use strict";${assigns(cell, names)}${prologue}`;
  return {
    ...resolvePlaceholders(`${prefix}${body}\n})`, uses, names),
    prefixLength: prefix.length,
    filename,
    isAsync: cell.code.usesAwait,
    names: [...names],
    shifts: rewriting.shifts(
      uses.flatMap(({ name, end, isShorthand }) =>
        names.has(name) ? { at: end, length: variableSuffix(name, isShorthand).length } : [],
      ),
    ),
  };
}

/** In strict code `a = 5` needs an `a`: names that the cell assigns and nobody declared come into being first. */
function assigns(cell: ParsedCell, declared: ReadonlySet<string>): string {
  const names = cell.references.flatMap(({ name, isAssigned }) =>
    isAssigned && !declared.has(name) && !isBuiltinGlobal(name) ? name : [],
  );
  return names.length > 0 ? `${supportName}.assigns(${JSON.stringify([...new Set(names)])});` : "";
}

/** Uses of a name that the cell declares become uses of its variable; the others are listed for the namespace. */
function resolvePlaceholders(
  draft: string,
  uses: readonly FreeReference[],
  declared: ReadonlySet<string>,
): Pick<CellProgram, "code" | "builtins"> {
  const builtins: BuiltinReference[] = [];
  const [start = "", ...rest] = draft.split(placeholder);
  let code = start;
  for (const [index, { name, isShorthand }] of uses.entries()) {
    if (declared.has(name)) code += variableSuffix(name, isShorthand);
    else builtins.push({ name, end: code.length, isShorthand });
    code += rest[index] ?? "";
  }
  return { code, builtins };
}

function refuseStrayUsing(cell: ParsedCell, source: string, filename: string): void {
  const [stray] = cell.code.strayUsings;
  if (!stray) return;
  const problem = "`using` does not work in the head of a loop or in a case: declare it in a block";
  throw cellSyntaxError(problem, { filename, source, offset: stray.start });
}
