import { existsSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { type CompilerOptions, openCompiler, type TslabCompiler } from "./compiler.ts";
import { withoutModernSyntax } from "./modern-syntax.ts";
import { missingModule, type SourcePosition, type TypeProblem } from "./type-problem.ts";

/** What to look at: a cell's source, and the declarations of the cells before it. */
export interface TypedSource {
  readonly declarations: string;
  readonly source: string;
}

export interface CheckRequest extends TypedSource {
  /** Gives declarations even of a cell with type errors. */
  readonly isTolerant: boolean;
}

export interface CheckResult {
  readonly problems: readonly TypeProblem[];
  /** Those of the request and this cell's, joined; `undefined` where there are problems. */
  readonly declarations: string | undefined;
}

export interface Completions {
  /** The part of the source that a candidate replaces, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly candidates: readonly string[];
}

/** Types of cells, stateless: every question carries the declarations that it is asked under. Blocks while it works. */
export class TypeChecker {
  readonly #compiler: TslabCompiler;
  readonly #folder: string;

  /** Takes about a second. */
  constructor(options: CompilerOptions) {
    this.#compiler = openCompiler(options);
    this.#folder = options.folder;
  }

  check({ declarations, source, isTolerant }: CheckRequest): CheckResult {
    const first = this.#convert(declarations, source, isTolerant);
    if (first.problems.length === 0 || isTolerant) return first;
    const problems = first.problems.filter((problem) => !this.#isLoadable(missingModule(problem, source)));
    return problems.length === 0 ? this.#convert(declarations, source, true) : { problems, declarations: undefined };
  }

  /** Names that the source declares at its top level although the declarations have them already. */
  redeclared({ declarations, source }: TypedSource): readonly string[] {
    const before = new Set(this.#declared(declarations));
    return this.#declared(source).filter((name) => before.has(name));
  }

  complete({ declarations, source }: TypedSource, offset: number): Completions {
    const { start, end, candidates } = this.#compiler.converter.complete(declarations, source, offset);
    return { start, end, candidates };
  }

  /** What the compiler knows of the name at that place, as text. */
  inspect({ declarations, source }: TypedSource, offset: number): string | undefined {
    // The compiler answers `undefined` where there is no name; tslab's declaration leaves that out.
    const known: ReturnType<TslabCompiler["converter"]["inspect"]> | undefined = this.#compiler.converter.inspect(
      declarations,
      source,
      offset,
    );
    return known && this.#compiler.printQuickInfo(known);
  }

  /** The indent of the next line where the cell goes on; `undefined` where it is complete. */
  continuation(source: string): string | undefined {
    const { completed, indent } = this.#compiler.isCompleteCode(source);
    return completed ? undefined : (indent ?? "");
  }

  close(): void {
    this.#compiler.converter.close();
  }

  #convert(declarations: string, source: string, isTolerant: boolean): CheckResult {
    this.#compiler.isTolerant = isTolerant;
    const plain = withoutModernSyntax(this.#compiler.ts, source);
    const { diagnostics, declOutput } = this.#compiler.converter.convert(declarations, plain);
    const problems = diagnostics.map(({ start, end, code, messageText }) => ({
      code,
      message: messageText,
      start: position(start),
      end: position(end),
    }));
    return { problems, declarations: problems.length === 0 ? joined(declOutput) : undefined };
  }

  /** Whether the runtime will find a module that the compiler does not. */
  #isLoadable(specifier: string | undefined): boolean {
    if (specifier === undefined) return false;
    if (isBuiltin(specifier) || /^(?:https?|data|file):/.test(specifier)) return true;
    const seeker = createRequire(join(this.#folder, "cell.js"));
    try {
      seeker.resolve(specifier);
      return true;
    } catch {
      return hasPackage(this.#folder, specifier);
    }
  }

  #declared(source: string): readonly string[] {
    const { ts } = this.#compiler;
    const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.Latest, false);
    return file.statements.flatMap((statement) => {
      if (ts.isVariableStatement(statement))
        return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
      const isNamed = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
      return isNamed && statement.name ? [statement.name.text] : [];
    });
  }
}

/** tslab appends to `undefined` when the compiler could write no declarations for the cell. */
const joined = (declOutput: string | undefined): string => declOutput?.replace(/^undefined/, "") ?? "";

const position = (at: { offset: number; line: number; character: number }): SourcePosition => ({
  offset: at.offset,
  line: at.line,
  column: at.character,
});

/** Packages whose `exports` have only an `import` condition cannot be resolved by `require`, but they are there. */
function hasPackage(folder: string, specifier: string): boolean {
  const name = /^(?:@[^/]+\/)?[^./][^/]*/.exec(specifier)?.[0];
  if (name === undefined) return false;
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "node_modules", name, "package.json"))) return true;
    if (dirname(at) === at) return false;
  }
}
