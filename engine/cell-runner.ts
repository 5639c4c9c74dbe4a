import type { CellProgram } from "../protocol/cell-program.ts";
import type { EngineId } from "../protocol/ids.ts";
import { isJsonObject } from "../protocol/json.ts";
import type { CellResult, Namespace } from "../runtime/evaluate/namespace.ts";
import type { Cell } from "../runtime/jupyter/execute.ts";

/** Runs an engine's cells. They are named like their results, `Out[2:7]`: `cell [7]` is the notebook's. */
export class CellRunner {
  readonly #namespace: Namespace;
  readonly #engine: { readonly id: EngineId };
  #uncounted = 0;

  constructor(namespace: Namespace, engine: { readonly id: EngineId }) {
    this.#namespace = namespace;
    this.#engine = engine;
  }

  /**
   * Runs the program that our client sent beside the source, else the source, for which the compiler is loaded now. What
   * comes from a file bears its name.
   */
  async run({ code, executionCount, isStored, request }: Cell): Promise<CellResult> {
    const { program, filename } = request.metadata;
    if (isJsonObject(program) && typeof program["code"] === "string")
      return this.#namespace.run(program as unknown as CellProgram, code);
    const { compileCell } = await import("../runtime/cell/compile-cell.ts");
    const name = `cell [${this.#engine.id}:${isStored ? executionCount : `*${++this.#uncounted}`}]`;
    const options = { filename: typeof filename === "string" ? filename : name };
    return this.#namespace.run(compileCell(code, options), code);
  }
}
