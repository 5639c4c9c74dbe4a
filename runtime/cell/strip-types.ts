import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import type { Program } from "acorn";
import { cellSyntaxError } from "./cell-syntax-error.ts";
import { relayout } from "./relayout.ts";
import { parseCell } from "./syntax-tree.ts";

/** JavaScript whose lines and columns are those of the TypeScript it came from, and its tree. */
export interface StrippedCode {
  readonly code: string;
  readonly program: Program;
}

/**
 * Takes the types away. Plain JavaScript never loads the stripper (40 ms, 20 MB), so engines stay small.
 * @throws {SyntaxError} naming line and column
 */
export function parseTypeScript(source: string, filename: string): StrippedCode {
  const plain = parsePlain(source);
  if (plain) return { code: source, program: plain };
  const code = stripTypes(source, filename);
  try {
    return { code, program: parseCell(code) };
  } catch (error) {
    throw asCellError(error, code, filename);
  }
}

/**
 * Blanks types out; enums, namespaces, parameter properties and `import x = require()` become JavaScript, laid out
 * on the lines they had.
 * @throws {SyntaxError} naming line and column
 */
export function stripTypes(source: string, filename: string): string {
  try {
    return withSemicolons(source, transform(source, { mode: "strip-only" }).code);
  } catch (error) {
    if (!/not supported in (strip-only|type strip) mode/.test(String(error)))
      throw stripperError(error, source, filename);
  }
  try {
    const { code, map } = transform(source, { mode: "transform", sourceMap: true, filename });
    return map === undefined ? code : relayout(code, map);
  } catch (error) {
    throw stripperError(error, source, filename);
  }
}

/**
 * A semicolon that ended a statement of types comes back, or two lines would become one expression:
 *
 *     const a = 1
 *     type T = number
 *     ;(f)()
 */
function withSemicolons(source: string, code: string): string {
  if (source.length !== code.length) return code;
  let restored = "";
  let end = 0;
  for (const { index, 0: whole } of source.matchAll(/;\s*/g)) {
    const next = index + whole.length;
    if (code[index] === ";" || code[next] !== source[next]) continue;
    restored += `${code.slice(end, index)};`;
    end = index + 1;
  }
  return restored + code.slice(end);
}

/** `f<T>(x)` is valid JavaScript too, two comparisons: whatever might be one is left to the stripper. */
const mayHaveTypeArguments = (source: string): boolean => {
  const less = source.indexOf("<");
  return less >= 0 && /[^=]>\s*[(`]/.test(source.slice(less));
};

function parsePlain(source: string): Program | undefined {
  if (mayHaveTypeArguments(source)) return undefined;
  try {
    return parseCell(source);
  } catch {
    // Either TypeScript or a mistake: the stripper knows.
    return undefined;
  }
}

interface TransformOptions {
  readonly mode: "strip-only" | "transform";
  readonly sourceMap?: boolean;
  readonly filename?: string;
}
type Transform = (source: string, options: TransformOptions) => { readonly code: string; readonly map?: string };
let loaded: Transform | undefined;

function transform(source: string, options: TransformOptions): ReturnType<Transform> {
  loaded ??= load();
  return loaded(source, options);
}

/**
 * Optimised, the stripper's WebAssembly takes 30 MB more and is no faster on cells. The flag counts while a module is
 * compiled (Node 20; 24 reads it only at start), so modules of the user are optimised as ever.
 */
function load(): Transform {
  setFlagsFromString("--liftoff-only");
  try {
    return (createRequire(import.meta.url)("amaro") as { transformSync: Transform }).transformSync;
  } finally {
    setFlagsFromString("--no-liftoff-only");
  }
}

/** acorn says "Unexpected token (3:7)". */
function asCellError(error: unknown, source: string, filename: string): unknown {
  if (!(error instanceof SyntaxError) || !("pos" in error) || typeof error.pos !== "number") return error;
  const isDecorator = source[error.pos] === "@";
  const problem = isDecorator ? "Decorators are not supported" : error.message.replace(/ \(\d+:\d+\)$/, "");
  return cellSyntaxError(problem, { filename, source, offset: error.pos });
}

/**
 * amaro throws a picture for terminals:
 *
 *       x Expression expected
 *        ,-[2:1]
 *      2 | let x: number = ;
 *        :                 ^
 */
function stripperError(error: unknown, source: string, filename: string): SyntaxError {
  const picture = error instanceof Error ? error.message : String(error);
  const problem = /^\s*x (.*)$/m.exec(picture)?.[1] ?? picture.trim();
  const place = /^\s*(\d+) \|.*\n\s*:( *)[^\s]/m.exec(picture);
  if (!place) return cellSyntaxError(problem, { filename, source, offset: source.length });
  const line = Number(place[1]);
  const column = Math.max(0, (place[2]?.length ?? 1) - 1);
  const start = source.split("\n", line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  return cellSyntaxError(problem, { filename, source, offset: start + column });
}
