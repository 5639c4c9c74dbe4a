import { inspect } from "node:util";
import type { JsonObject } from "../../protocol/json.ts";
import type { EngineDirectory } from "../engine-directory.ts";
import { labelledResult } from "../output/output-layout.ts";
import type { CellResult } from "./output-piece.ts";
import type { Request } from "./request.ts";

/** How a notebook asks a value for its MIME bundle (Deno's convention). */
const display = Symbol.for("Jupyter.display");

/** What running a cell on one engine gave. */
export class ExecuteReply {
  /** The engine's own count of cells. */
  readonly executionCount: number;
  readonly #request: Request;
  readonly #engines: EngineDirectory;

  constructor(executionCount: number, request: Request, engines: EngineDirectory) {
    this.executionCount = executionCount;
    this.#request = request;
    this.#engines = engines;
  }

  /** Id of the engine; `undefined` for one that was never announced to this client. */
  get engineId(): number | undefined {
    return this.#request.engine && this.#engines.id(this.#request.engine);
  }

  /** The value of the last expression as MIME types and their contents; `undefined` when it had none. */
  get result(): CellResult | undefined {
    return this.#request.output?.result;
  }

  /** The value of the last expression as text; empty when it had none. */
  get text(): string {
    return String(this.result?.data["text/plain"] ?? "");
  }

  [display](): JsonObject {
    if (!this.result) return { "text/plain": inspect(this) };
    const [label] = labelledResult(this.engineId, this.result);
    return { ...this.result.data, ...(label?.kind === "rich" ? label.data : {}) };
  }

  [inspect.custom](): string {
    const text = this.text.length > 32 ? `${this.text.slice(0, 29)}...` : this.text;
    return `<ExecuteReply[${this.executionCount}]: ${text}>`;
  }
}
