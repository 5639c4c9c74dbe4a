/** A type error in a cell. */
export interface TypeProblem {
  /** The compiler's number, as in `TS2304`. */
  readonly code: number;
  readonly message: string;
  /** Where it begins and ends; lines and columns count from zero, offsets are UTF-16 units of the cell's source. */
  readonly start: SourcePosition;
  readonly end: SourcePosition;
}

export interface SourcePosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/**
 * What the compiler inside tslab refuses although a cell may do it, and why that is no error here.
 * Every cell is parsed again by our own converter, so a misplaced `await` is still found, as a SyntaxError.
 */
const toleratedCodes: ReadonlyMap<number, string> = new Map([
  [1103, "`for await` at the top level: a cell is an async function where it must be"],
  [1108, "`return` outside a function: our converter says it better"],
  [
    1308,
    "`await` at the top level, where tslab itself missed it (inside a `for await` head, a class member's default)",
  ],
  [1343, "`import.meta`: the runtime gives it"],
  [1375, "`await` at the top level of what the compiler takes for a script"],
  [1378, "top-level `await` with this `module` setting: there is no such setting here"],
  [1431, "top-level `for await`, see 1103"],
  [1432, "top-level `for await`, see 1103"],
  [1470, "`import.meta`, see 1343"],
  [2527, "a declaration that cannot be written down: the next cells see the name as `any`"],
  [2691, "an import path that ends in `.ts`: modules load as they are written"],
  [2742, "a declaration that cannot be written down, see 2527"],
  [5097, "an import path that ends in `.ts`, see 2691"],
  [7016, "a module without types is usable, as `any`"],
  [7056, "a declaration that cannot be written down, see 2527"],
]);

/** All of 4000–4999 say why a declaration cannot be written down (private names in an exported type), see 2527. */
export const isTolerated = (code: number): boolean => toleratedCodes.has(code) || (code >= 4000 && code < 5000);

/** The cell uses a name that no declaration gives. */
const missingNameCodes: ReadonlySet<number> = new Set([
  2304, // Cannot find name
  2552, // … Did you mean …?
  2503, // Cannot find namespace
  2580, // the next six: … Do you need to install type definitions, or change the library?
  2581,
  2582,
  2583,
  2584,
  2591,
  2592,
  2593,
  2663, // … Did you mean the instance member?
  2749, // refers to a value, but is used as a type
  18_004, // no value in scope for a shorthand property
]);

/** `Cannot find module … or its corresponding type declarations`. */
const missingModuleCodes: ReadonlySet<number> = new Set([2307, 2792]);

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** Names that the problems say are declared nowhere, each once. */
export function missingNames(problems: readonly TypeProblem[], source: string): readonly string[] {
  const names = problems
    .filter(({ code }) => missingNameCodes.has(code))
    .map(({ start, end }) => source.slice(start.offset, end.offset))
    .filter((name) => identifier.test(name));
  return [...new Set(names)];
}

/** The module that the problem says cannot be found, as the cell names it. */
export function missingModule(problem: TypeProblem, source: string): string | undefined {
  if (!missingModuleCodes.has(problem.code)) return undefined;
  return source.slice(problem.start.offset, problem.end.offset).replace(/^["'`]|["'`]$/g, "");
}

/** Declares names about which nothing is known: any value, any type. */
export function declareUnknown(names: readonly string[]): string {
  return names.map((name) => `declare let ${name}: any;\ntype ${name} = any;\n`).join("");
}
