import type { CellProgram } from "../../protocol/cell-program.ts";
import type { KnownNames } from "../../runtime/types/type-service.ts";
import type { LiveOutput } from "../output/live-output.ts";
import type { MagicValue } from "./magic-registry.ts";

/** Code that may go to the engines. */
export interface CheckedCode {
  readonly program: CellProgram;
  /** Makes its declarations known to later code; `hasFailed` when it threw. */
  commit(hasFailed: boolean): void;
}

/** Runs whole cells in the notebook's place. */
export interface CellRunner {
  run(code: string): Promise<MagicValue | undefined>;
}

/** What the parallel magics need of the notebook in which they stand. */
export interface PxNotebook {
  /**
   * Checks code against the types of the engines' variables and converts it.
   * @throws {TypeScriptError} when the types do not fit
   * @throws {SyntaxError}
   */
  check(code: string, known: KnownNames): Promise<CheckedCode>;
  /** Runs code as a cell of the notebook; its value is shown as that of the cell. */
  runHere(code: string): Promise<MagicValue>;
  publish(output: LiveOutput): void;
  /** Aborts when the user interrupts the cell that runs now. */
  readonly interrupted: AbortSignal;
  setVariable(name: string, value: unknown): void;
  /** Takes each cell that has no magic, while there is one: `%autopx` is on. */
  cellRunner: CellRunner | undefined;
}
