import type { UserVariables } from "../../protocol/host.ts";
import { globalKey, isBuiltinGlobal, shadowMark, variableName } from "../cell/builtin-globals.ts";

/**
 * The user's variables: properties of the global object that were not there before, so that cells, functions of
 * cells and modules see one and the same value at the speed of a global. A variable named like a built-in global
 * lives in a property of its own (`globalKey`), and is *shadowing* while it exists.
 */
export class GlobalVariables implements UserVariables {
  readonly #global: object;
  readonly #builtin: ReadonlySet<string>;
  readonly #shadowing = new Set<string>();

  /** @param global its present properties are not the user's */
  constructor(global: object = globalThis) {
    this.#global = global;
    this.#builtin = new Set(Object.getOwnPropertyNames(global));
  }

  has(name: string): boolean {
    const variable = variableName(name);
    if (isBuiltinGlobal(variable)) return this.#shadowing.has(variable);
    return Object.hasOwn(this.#global, variable) && !this.#builtin.has(variable);
  }

  /** `undefined` where there is no such variable. */
  get(name: string): unknown {
    return this.has(name) ? Reflect.get(this.#global, globalKey(variableName(name))) : undefined;
  }

  set(name: string, value: unknown): void {
    const variable = variableName(name);
    const key = this.#claim(variable);
    if (Object.hasOwn(this.#global, key)) Reflect.set(this.#global, key, value);
    else this.#define(key, value);
  }

  delete(name: string): boolean {
    const variable = variableName(name);
    if (!this.has(variable)) return false;
    if (isBuiltinGlobal(variable)) this.#fallBack(variable);
    else Reflect.deleteProperty(this.#global, variable);
    return true;
  }

  /** In the order in which they came into being. */
  names(): string[] {
    return Object.keys(this.#global).flatMap((key) =>
      this.#builtin.has(key) || !this.has(variableName(key)) ? [] : variableName(key),
    );
  }

  clear(): void {
    for (const name of this.names()) this.delete(name);
  }

  /** Whether code that uses the built-in global `name` means a variable. */
  isShadowing(name: string): boolean {
    return this.#shadowing.has(name);
  }

  /**
   * Makes sure that strict code can assign these names.
   * @returns those that did not exist, whose value is `undefined` now
   */
  declare(names: readonly string[]): string[] {
    return names.filter((name) => {
      const existed = this.has(name);
      const key = this.#claim(name);
      const property = existed ? Object.getOwnPropertyDescriptor(this.#global, key) : undefined;
      if (!property) this.#define(key, undefined);
      else if (property.get) this.#define(key, property.get.call(this.#global));
      return !existed;
    });
  }

  /** Takes back declared names that never got a value. */
  forget(names: readonly string[]): void {
    for (const name of names) if (this.get(name) === undefined) this.delete(name);
  }

  /** A variable that is kept elsewhere. */
  link(name: string, get: () => unknown, set: (value: unknown) => void): void {
    Object.defineProperty(this.#global, this.#claim(name), { get, set, enumerable: true, configurable: true });
  }

  #claim(name: string): string {
    if (isBuiltinGlobal(name)) this.#shadowing.add(name);
    return globalKey(name);
  }

  #define(key: string, value: unknown): void {
    Object.defineProperty(this.#global, key, { value, writable: true, enumerable: true, configurable: true });
  }

  /** Functions that were written while the variable existed get the real global from now on. */
  #fallBack(name: string): void {
    this.#shadowing.delete(name);
    Object.defineProperty(this.#global, name + shadowMark, {
      get: () => Reflect.get(this.#global, name) as unknown,
      set: (value: unknown) => {
        this.declare([name]);
        this.set(name, value);
      },
      enumerable: false,
      configurable: true,
    });
  }
}
