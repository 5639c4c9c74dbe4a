import { setTimeout as sleep } from "node:timers/promises";
import { abortable } from "../../protocol/deferred.ts";
import type { TypeProblem } from "../../runtime/types/type-problem.ts";
import type { KnownNames, TypeCheck, TypeService, TypeState } from "../../runtime/types/type-service.ts";
import type { KernelConfig } from "../magics/kernel-magics.ts";
import { describeProblems, TypeScriptError } from "./typescript-error.ts";

/** How long a cell waits to be checked before it runs unchecked: while the compiler starts, and later. */
const patienceMs = { starting: 3000, started: 5000 };

/** A cell on its way to be checked. */
export interface TypedCell {
  /** As the check shall see it; positions of problems refer to `written`, line by line. */
  readonly source: string;
  readonly written: string;
  readonly filename: string;
  readonly known: KnownNames;
}

/** Has cells checked, and treats type errors as `%config typecheck` says. */
export class CellTypes {
  readonly #types: TypeService;
  readonly #config: KernelConfig;
  readonly #warn: (text: string) => void;

  /** @param warn writes to the cell's stderr */
  constructor(types: TypeService, config: KernelConfig, warn: (text: string) => void) {
    this.#types = types;
    this.#config = config;
    this.#warn = warn;
  }

  /**
   * @returns what makes the cell's declarations known once it has run
   * @throws {TypeScriptError} when the types do not fit and that is an error here
   * @throws the signal's reason
   */
  async check(state: TypeState, cell: TypedCell, signal: AbortSignal): Promise<TypeCheck["commit"]> {
    const check = this.#types.check(state, cell.source, cell.known);
    if (this.#config.typecheck === "off") return check.commit;
    const problems = await this.#inTime(check.problems, signal);
    if (problems.length === 0) return check.commit;
    if (this.#config.typecheck === "error") throw new TypeScriptError(problems, cell.written, cell.filename);
    this.#warn(`${describeProblems(problems, cell.written, cell.filename).join("\n")}\n`);
    return check.commit;
  }

  async #inTime(problems: TypeCheck["problems"], signal: AbortSignal): Promise<readonly TypeProblem[]> {
    const ended = new AbortController();
    const limitMs = this.#types.isReady ? patienceMs.started : patienceMs.starting;
    const late = sleep(limitMs, [], { signal: ended.signal }).catch(() => []);
    try {
      return await abortable(Promise.race([problems, late]), signal);
    } finally {
      ended.abort();
    }
  }
}
