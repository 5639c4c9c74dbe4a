import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rememberModule } from "../../canning/functions/known-modules.ts";
import { exportOf } from "../../canning/functions/module-exports.ts";
import type { ImportBinding } from "../cell/rewrite-imports.ts";
import type { GlobalVariables } from "./global-variables.ts";
import { requestWaits } from "./request-waits.ts";
import type { UserModules } from "./user-modules.ts";

/** What the code of a program asks of its namespace: `__cell` there. One for each run. */
export class CellSupport {
  /** Value of the last expression. */
  value: unknown;
  readonly #variables: GlobalVariables;
  readonly #modules: UserModules;
  readonly #filename: string;
  readonly #resources: (() => unknown)[] = [];

  constructor(variables: GlobalVariables, modules: UserModules, filename: string) {
    this.#variables = variables;
    this.#modules = modules;
    this.#filename = filename;
  }

  /** `import.meta` of a cell: as if it were a file in the user's folder. */
  get meta(): Record<string, unknown> {
    const dirname = process.cwd();
    const filename = join(dirname, this.#filename);
    const resolve = (specifier: string) => this.#modules.resolve(specifier);
    return { url: pathToFileURL(filename).href, filename, dirname, resolve };
  }

  /** What a top-level `await` awaits instead of its value: around all waits of functions that the cell calls. */
  wait(value: unknown): unknown {
    return requestWaits.wait(0, value);
  }

  /** The same for what a top-level `for await` goes through. */
  each(values: AsyncIterable<unknown> | Iterable<unknown>): AsyncIterable<unknown> {
    return requestWaits.each(0, values);
  }

  /** Loads a module and sets the variables that the import binds. */
  async import(
    specifier: string,
    bindings: readonly ImportBinding[],
    attributes?: Readonly<Record<string, string>>,
  ): Promise<void> {
    const exports = await this.#modules.import(specifier, attributes);
    rememberModule(specifier, exports);
    for (const [exported, local, isOptional] of bindings) {
      const found = exportOf(exports, exported);
      if (found) this.#variables.set(local, found.value);
      else if (isOptional) this.#variables.forget([local]);
      else throw new SyntaxError(`The requested module '${specifier}' does not provide an export named '${exported}'`);
    }
  }

  /** Makes sure that names which the cell assigns without declaring them exist. */
  assigns(names: readonly string[]): void {
    this.#variables.declare(names.filter((name) => !(name in globalThis)));
  }

  /** Links a variable to the inner name of a function that calls itself. */
  live(name: string, get: () => unknown, set: (value: unknown) => void): void {
    this.#variables.link(name, get, set);
  }

  /** Keeps a resource of `using` until the cell ends. */
  use(resource: Partial<Disposable> | null | undefined): void {
    if (resource === null || resource === undefined) return;
    this.#keep(resource, resource[Symbol.dispose]);
  }

  /** The same for `await using`. */
  useAsync(resource: Partial<Disposable & AsyncDisposable> | null | undefined): void {
    if (resource === null || resource === undefined) return;
    this.#keep(resource, resource[Symbol.asyncDispose] ?? resource[Symbol.dispose]);
  }

  /** Disposes what `using` declared, last first; all of it, whatever fails. */
  async dispose(): Promise<void> {
    const errors: unknown[] = [];
    for (const dispose of this.#resources.splice(0).reverse()) {
      try {
        await dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 1) throw new AggregateError(errors, "Several resources could not be disposed");
    if (errors.length === 1) throw errors[0];
  }

  #keep(resource: unknown, dispose: unknown): void {
    if (typeof dispose !== "function") throw new TypeError("The value of `using` is not disposable");
    this.#resources.push(() => Reflect.apply(dispose, resource, []) as unknown);
  }
}
