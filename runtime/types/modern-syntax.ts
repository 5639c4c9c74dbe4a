import type ts from "@tslab/typescript-for-tslab";

type Compiler = typeof ts;

/**
 * The cell in words that TypeScript 5.0 understands as one module, every other character left in its place:
 * `export` is blanked (a cell exports nothing), `using` reads `const`, import attributes are blanked.
 */
export function withoutModernSyntax(compiler: Compiler, source: string): string {
  if (!/\b(?:export|using|with)\b/.test(source)) return source;
  return withoutExports(compiler, withoutAttributes(withoutUsing(source)));
}

const blank = (text: string): string => text.replace(/[^\n\r]/g, " ");

function replaceRange(source: string, start: number, end: number, text: string): string {
  return source.slice(0, start) + text + source.slice(end);
}

/**
 * `using x = …` and `await using x = …` (TypeScript 5.2): the type of `x` is the same with `const`.
 * In a string or comment the change does no harm: nothing but types is read from the result.
 */
function withoutUsing(source: string): string {
  const declaration = /(?<![\w$.])(await[ \t]+)?using(?=[ \t]+[\p{ID_Start}$_][\p{ID_Continue}$]*\s*(?:=|:|of\b))/gu;
  return source.replace(declaration, (_all, awaiting: string | undefined) => `${blank(awaiting ?? "")}const`);
}

/** `import x from "./x.json" with { type: "json" }` (TypeScript 5.3). */
function withoutAttributes(source: string): string {
  return source.replace(
    /^(\s*(?:import|export)\b[^;'"]*["'][^'"\n]+["'])(\s*with\s*\{[^}]*\})/gm,
    (_all, statement: string, attributes: string) => statement + blank(attributes),
  );
}

function withoutExports(compiler: Compiler, source: string): string {
  if (!/\bexport\b/.test(source)) return source;
  const file = compiler.createSourceFile("cell.ts", source, compiler.ScriptTarget.Latest, false);
  return file.statements.reduce((text, statement) => withoutExport(compiler, file, statement, text), source);
}

function withoutExport(compiler: Compiler, file: ts.SourceFile, statement: ts.Statement, text: string): string {
  const blankRange = (start: number, end: number) => replaceRange(text, start, end, blank(text.slice(start, end)));
  if (compiler.isExportDeclaration(statement)) return blankRange(statement.getStart(file), statement.end);
  if (compiler.isExportAssignment(statement))
    return blankRange(statement.getStart(file), statement.expression.getStart(file));
  const modifiers = compiler.canHaveModifiers(statement) ? (compiler.getModifiers(statement) ?? []) : [];
  const exported = modifiers.filter(
    ({ kind }) => kind === compiler.SyntaxKind.ExportKeyword || kind === compiler.SyntaxKind.DefaultKeyword,
  );
  const [first] = exported;
  const last = exported.at(-1);
  return first && last ? blankRange(first.getStart(file), last.end) : text;
}
