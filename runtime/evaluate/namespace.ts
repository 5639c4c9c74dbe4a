import vm from "node:vm";
import { rememberScript } from "../../canning/functions/script-urls.ts";
import type { BuiltinReference, CellProgram } from "../../protocol/cell-program.ts";
import type { UserVariables } from "../../protocol/host.ts";
import { variableSuffix } from "../cell/builtin-globals.ts";
import { owningRequest } from "../output/running-request.ts";
import { rememberSource } from "./cell-sources.ts";
import { CellSupport } from "./cell-support.ts";
import { GlobalVariables } from "./global-variables.ts";
import { defaultLoader, UserModules } from "./user-modules.ts";

/** A cell's value; boxed, for a value that is a promise is not awaited. */
export interface CellResult {
  readonly value: unknown;
}

/** Where the user's cells run: the main context of this process, whose global object holds their variables. */
export class Namespace implements UserVariables {
  readonly modules = new UserModules();
  readonly #variables: GlobalVariables;

  /** Defines the global `require`, which resolves from the working directory. */
  constructor() {
    Reflect.set(globalThis, "require", this.modules.require);
    this.#variables = new GlobalVariables();
  }

  /**
   * Runs a program and, where it declares resources with `using`, disposes them at its end.
   * Safe to be cut at any statement: execution that is terminated never settles the promise and loses nothing.
   * @param source what the user wrote, for excerpts in tracebacks; the program's code where it is not known
   * @throws whatever the cell throws; its variables keep the values they had then
   */
  async run(program: CellProgram, source?: string): Promise<CellResult> {
    owningRequest()?.throwIfInterrupted?.();
    rememberSource(program.filename, source ?? program.code.slice(program.prefixLength), program.shifts);
    this.modules.prepare(program.code);
    const fresh = this.#variables.declare(program.names);
    const support = new CellSupport(this.#variables, this.modules, program.filename);
    try {
      const cell = this.#compile(program);
      const finished = cell(support);
      if (program.isAsync) await finished;
    } catch (error) {
      this.#variables.forget(fresh);
      await support.dispose();
      throw error;
    }
    await support.dispose();
    return { value: support.value };
  }

  /** Whether the user has a variable of this name; built-in globals are not the user's. */
  has(name: string): boolean {
    return this.#variables.has(name);
  }

  /** `undefined` where there is no such variable. */
  get(name: string): unknown {
    return this.#variables.get(name);
  }

  set(name: string, value: unknown): void {
    this.#variables.set(name, value);
  }

  /** @returns whether there was such a variable */
  delete(name: string): boolean {
    return this.#variables.delete(name);
  }

  names(): string[] {
    return this.#variables.names();
  }

  /** Removes all of the user's variables. */
  clear(): void {
    this.#variables.clear();
  }

  #compile(program: CellProgram): (support: CellSupport) => unknown {
    const shadowed = program.builtins.filter(({ name }) => this.#variables.isShadowing(name));
    const script = new vm.Script(withVariables(program.code, shadowed), {
      filename: program.filename,
      columnOffset: -program.prefixLength,
      importModuleDynamically: defaultLoader,
    });
    const cell = script.runInThisContext() as (support: CellSupport) => unknown;
    rememberScript(cell, program.filename);
    return cell;
  }
}

/** Makes uses of built-in globals uses of the variables that hide them here; references are in order. */
function withVariables(code: string, references: readonly BuiltinReference[]): string {
  let changed = "";
  let end = 0;
  for (const reference of references) {
    changed += code.slice(end, reference.end) + variableSuffix(reference.name, reference.isShorthand);
    end = reference.end;
  }
  return changed + code.slice(end);
}
