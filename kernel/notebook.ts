import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../cli/package-root.ts";
import type { HostMessageType } from "../protocol/host.ts";
import type { JsonObject } from "../protocol/json.ts";
import { compileCell } from "../runtime/cell/compile-cell.ts";
import { mimeBundle } from "../runtime/display/mime-bundle.ts";
import { ExitRequest } from "../runtime/evaluate/exit-request.ts";
import { type CellResult, Namespace } from "../runtime/evaluate/namespace.ts";
import { errorReport } from "../runtime/evaluate/traceback.ts";
import type { Cell as ServedCell } from "../runtime/jupyter/execute.ts";
import { TypeService } from "../runtime/types/type-service.ts";
import { CellRunner, defineMagicFunction, magicDeclaration } from "./cells/cell-runner.ts";
import { CellTypes } from "./cells/cell-types.ts";
import { MagicNotebook } from "./magic-notebook.ts";
import { type KernelConfig, kernelMagics } from "./magics/kernel-magics.ts";
import { MagicRegistry } from "./magics/magic-registry.ts";
import { History } from "./requests/history.ts";
import { LanguageRequests } from "./requests/language-requests.ts";

/** Publishes under the request that runs. */
export type Publish = (type: HostMessageType, content: JsonObject) => void;

/** The notebook as the kernel holds it: its variables, types, magics and history. One a process. */
export class Notebook implements AsyncDisposable {
  readonly variables: Namespace;
  readonly history = new History();
  readonly language: LanguageRequests;
  readonly parallel: MagicNotebook;
  readonly #types: TypeService;
  readonly #runner: CellRunner;
  readonly #publish: Publish;

  /** Cells import, and are checked, relative to the working directory of the process. */
  constructor(publish: Publish) {
    this.#publish = publish;
    defineMagicFunction((...call) => this.#runner.callMagic(...call));
    this.variables = new Namespace();
    this.#types = new TypeService({ folder: process.cwd(), packages: ownTypes(), globals: magicDeclaration });
    const config: KernelConfig = { typecheck: "error" };
    const types = new CellTypes(this.#types, config, (text) => this.#print("stderr", text));
    const magics = new MagicRegistry();
    magics.add(kernelMagics(magics, config, (text) => this.#print("stdout", `${text}\n`)));
    this.#runner = new CellRunner(this.variables, types, magics);
    this.language = new LanguageRequests(this.#types, magics);
    this.parallel = new MagicNotebook({ runner: this.#runner, types, magics, variables: this.variables, publish });
  }

  /** Runs a cell: code, magics, or a name with `?` behind it. */
  async run({ code, executionCount, isStored, request }: ServedCell): Promise<CellResult> {
    if (isStored) this.history.add(executionCount, code);
    const question = /^\s*(%{0,2}[\p{ID_Start}$_][\p{ID_Continue}$.]*)\?\??\s*$/u.exec(code)?.[1];
    if (question !== undefined) return this.#explain(question);
    try {
      return await this.#runner.run({ code, filename: `cell [${executionCount}]`, signal: request.signal });
    } catch (error) {
      if (error instanceof ExitRequest) return { value: undefined };
      throw error;
    }
  }

  /** Value of one of a request's `user_expressions`, or its error. */
  async evaluate(expression: string): Promise<JsonObject> {
    try {
      const { value } = await this.variables.run(compileCell(`(${expression})`, { filename: "cell [expression]" }));
      return { status: "ok", data: await mimeBundle(value), metadata: {} };
    } catch (error) {
      return { status: "error", ...errorReport(error) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#types[Symbol.asyncDispose]();
  }

  async #explain(name: string): Promise<CellResult> {
    const found = await this.language.documentation(name, name.length - 1);
    this.#print("stdout", `${found ?? `Nothing is known of ${name}.`}\n`);
    return { value: undefined };
  }

  #print(name: "stdout" | "stderr", text: string): void {
    this.#publish("stream", { name, text });
  }
}

/** Types that cells get from here, wherever the notebook lies. */
function ownTypes(): Readonly<Record<string, string>> {
  const declarations = {
    tsparallel: join(packageRoot, "dist", "client", "index.d.ts"),
    tslab: join(packageRoot, "dist", "runtime", "display", "tslab-display.d.ts"),
  };
  return Object.fromEntries(Object.entries(declarations).filter(([, file]) => existsSync(file)));
}
