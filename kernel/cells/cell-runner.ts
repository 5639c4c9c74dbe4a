import { compileCell } from "../../runtime/cell/compile-cell.ts";
import type { CellResult, Namespace } from "../../runtime/evaluate/namespace.ts";
import type { MagicRegistry, MagicUse } from "../magics/magic-registry.ts";
import type { CellRunner as AutoRunner } from "../magics/px-notebook.ts";
import { type MagicCall, splitCell } from "../magics/split-cell.ts";
import type { CellTypes } from "./cell-types.ts";

/** Name of the global function that a line magic becomes a call of. */
const magicName = "__magic__";
/** Its declaration, for the type service. */
export const magicDeclaration = `declare function ${magicName}(name: string, rest: string, line: number, column: number): Promise<{ value: any }>;\n`;

/** A cell to run. */
export interface Cell {
  readonly code: string;
  /** Its name in stack traces, for example `cell [12]`. */
  readonly filename: string;
  /** Aborts when the user interrupts it. */
  readonly signal: AbortSignal;
}

/** Runs cells of the notebook: magics, types, then the code. */
export class CellRunner {
  /** The cell that runs now, or ran last. */
  current: Cell = { code: "", filename: "cell [0]", signal: new AbortController().signal };
  /** Takes cells without magics instead: `%autopx`. */
  redirect: AutoRunner | undefined;
  readonly #namespace: Namespace;
  readonly #types: CellTypes;
  readonly #magics: MagicRegistry;

  /** @param namespace made after `defineMagicFunction` was called */
  constructor(namespace: Namespace, types: CellTypes, magics: MagicRegistry) {
    this.#namespace = namespace;
    this.#types = types;
    this.#magics = magics;
  }

  /**
   * @returns the value of the last expression
   * @throws whatever the cell throws
   */
  async run(cell: Cell): Promise<CellResult> {
    this.current = cell;
    const split = splitCell(cell.code, (name) => this.#magics.isLineMagic(name), callOf);
    if (split.kind === "cell-magic") {
      const { call, body } = split;
      return (await this.#magics.lookUp(call.name, "cell")(useOf(call), body)) ?? noValue;
    }
    for (const { name } of split.calls) this.#magics.lookUp(name, "line");
    if (this.redirect && split.calls.length === 0) return (await this.redirect.run(cell.code)) ?? noValue;
    return this.#runCode(split.source, cell);
  }

  /** Runs code without magics as part of the current cell. */
  async runHere(code: string): Promise<CellResult> {
    return this.#runCode(code, this.current);
  }

  /** What a line magic's call does. */
  async callMagic(name: string, rest: string, line: number, column: number): Promise<CellResult> {
    return (await this.#magics.lookUp(name, "line")(useOf({ name, rest, line, column }))) ?? noValue;
  }

  async #runCode(source: string, { code, filename, signal }: Cell): Promise<CellResult> {
    const program = compileCell(source, { filename });
    const known = (names: readonly string[]) =>
      names.filter((name) => this.#namespace.has(name) || assigns(source, name));
    const commit = await this.#types.check("notebook", { source, written: code, filename, known }, signal);
    let hasFailed = true;
    try {
      const result = await this.#namespace.run(program, code);
      hasFailed = false;
      return result;
    } finally {
      commit(hasFailed);
    }
  }
}

/** Makes line magics callable. Before the namespace, which takes what is there for built in. */
export function defineMagicFunction(call: CellRunner["callMagic"]): void {
  Object.defineProperty(globalThis, magicName, { value: call, enumerable: false });
}

const noValue: CellResult = { value: undefined };

/** The call that stands in a line magic's place. Its value is boxed, for an AsyncResult is not to be awaited. */
const callOf = ({ name, rest, line, column }: MagicCall): string =>
  `(await ${magicName}(${JSON.stringify(name)}, ${JSON.stringify(rest)}, ${line}, ${column})).value;`;

const useOf = ({ name, rest, line, column }: MagicCall): MagicUse => ({
  name,
  rest,
  placed: "\n".repeat(line) + " ".repeat(column) + rest,
});

/** Whether the code assigns a name that nobody declared, which makes it a variable: `a = 5`. */
export const assigns = (source: string, name: string): boolean =>
  new RegExp(`(?:^|[;{}\\n])\\s*${name.replaceAll("$", "\\$")}\\s*=(?![=>])`).test(source);
