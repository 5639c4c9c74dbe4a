import { inspect } from "node:util";
import type { UserVariables } from "../protocol/host.ts";
import { isBuiltinGlobal } from "./functions/builtin-names.ts";
import { Reference } from "./reference.ts";

/**
 * Puts the values of variables where a received value has references, in place. Looks into arrays, plain objects, maps
 * and sets, each once however often it is asked.
 */
export class ReferenceResolution {
  readonly #variables: UserVariables;
  readonly #seen = new Set<object>();

  constructor(variables: UserVariables) {
    this.#variables = variables;
  }

  /**
   * @returns the same value, or the variable's where it is a reference itself
   * @throws {ReferenceError} naming a variable that does not exist
   */
  resolve(received: unknown): unknown {
    const waiting: object[] = [];
    const settle = (value: unknown): unknown => {
      if (value instanceof Reference) return heldBy(value.name, this.#variables);
      if (isContainer(value) && !this.#seen.has(value)) {
        this.#seen.add(value);
        waiting.push(value);
      }
      return value;
    };
    const settled = settle(received);
    for (let next = waiting.pop(); next; next = waiting.pop()) settleParts(next, settle);
    return settled;
  }
}

function isContainer(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return true;
  return Object.getPrototypeOf(value) === Object.prototype;
}

function settleParts(container: object, settle: (value: unknown) => unknown): void {
  if (container instanceof Map) {
    const entries = [...container];
    container.clear();
    for (const [key, value] of entries) container.set(settle(key), settle(value));
  } else if (container instanceof Set) {
    const elements = [...container];
    container.clear();
    for (const element of elements) container.add(settle(element));
  } else
    for (const [key, value] of Object.entries(container)) {
      const settled = settle(value);
      if (settled !== value) Reflect.set(container, key, settled);
    }
}

/** What a getter or a Proxy of the user throws is told with the name, too. */
function heldBy(name: string, variables: UserVariables): unknown {
  try {
    return valueAt(name, variables);
  } catch (cause) {
    if (cause instanceof ReferenceError) throw cause;
    const reason = cause instanceof Error ? cause.message : inspect(cause);
    throw new ReferenceError(`${name} cannot be read: ${reason}`, { cause });
  }
}

function valueAt(name: string, variables: UserVariables): unknown {
  const [root = "", ...path] = name.split(".");
  if (!variables.has(root) && !isBuiltinGlobal(root)) throw new ReferenceError(`${root} is not defined`);
  let value: unknown = variables.has(root) ? variables.get(root) : Reflect.get(globalThis, root);
  for (const key of path) {
    const holder = Object(value ?? {}) as object;
    if (!(key in holder)) throw new ReferenceError(`${name} is not defined: there is no "${key}"`);
    value = Reflect.get(holder, key, value);
  }
  return value;
}
