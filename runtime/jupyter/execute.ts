import type { JsonObject } from "../../protocol/json.ts";
import { mimeBundle } from "../display/mime-bundle.ts";
import type { Reply, ShellHandler } from "./handlers.ts";
import type { ServedRequest } from "./served-request.ts";

/** A cell to run. */
export interface Cell {
  readonly code: string;
  /** The number in `cell [12]` and `In [12]`. */
  readonly executionCount: number;
  /** Whether it is to be remembered, and counted. */
  readonly isStored: boolean;
  readonly request: ServedRequest;
}

export interface ExecuteOptions {
  /** Runs a cell; a value that is undefined is not shown. */
  run(cell: Cell): Promise<{ readonly value: unknown }>;
  /** Value of one of the `user_expressions`. */
  evaluate?(expression: string, request: ServedRequest): Promise<JsonObject>;
}

/** Serves `execute_request` (Jupyter messaging 5.4): counts, shows input and value, replies. */
export class Executor {
  readonly #options: ExecuteOptions;
  #count = 0;

  constructor(options: ExecuteOptions) {
    this.#options = options;
  }

  /** Cells that were counted so far. */
  get executionCount(): number {
    return this.#count;
  }

  readonly handle: ShellHandler = async (request): Promise<Reply> => {
    const code = String(request.content["code"] ?? "");
    const isSilent = request.content["silent"] === true;
    const isStored = !isSilent && request.content["store_history"] !== false;
    if (isStored) this.#count += 1;
    const executionCount = this.#count;
    const extras = { execution_count: executionCount, payload: [], user_expressions: {} };
    request.failureExtras = extras;
    if (!isSilent && !request.isLean)
      request.publish({ type: "execute_input", content: { code, execution_count: executionCount } });
    const { value } = await this.#options.run({ code, executionCount, isStored, request });
    if (!isSilent) await showValue(value, executionCount, request);
    return { content: { ...extras, user_expressions: await this.#expressions(request) } };
  };

  async #expressions(request: ServedRequest): Promise<JsonObject> {
    const { evaluate } = this.#options;
    const expressions = request.content["user_expressions"];
    if (!evaluate || typeof expressions !== "object" || expressions === null) return {};
    const values: Record<string, JsonObject> = {};
    for (const [name, expression] of Object.entries(expressions))
      values[name] = await evaluate(String(expression), request);
    return values;
  }
}

async function showValue(value: unknown, executionCount: number, request: ServedRequest): Promise<void> {
  const bundle = await mimeBundle(value);
  if (Object.keys(bundle).length === 0) return;
  const content = { data: bundle, metadata: {}, execution_count: executionCount };
  request.publish({ type: "execute_result", content });
}
