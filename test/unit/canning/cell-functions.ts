import vm from "node:vm";
import { type CanOptions, can, type UncanOptions, uncan } from "../../../canning/can.ts";
import type { UserVariables } from "../../../protocol/host.ts";

/** What an expression of a cell gives. Names that the code uses freely are those of this process. */
export function cell<T>(code: string, filename = "cell [1]"): T {
  return new vm.Script(code, { filename }).runInThisContext() as T;
}

/** A value after its journey to another process, with what that process has. */
export function journey<T>(value: T, options: CanOptions = {}, there: UncanOptions = {}): T {
  return uncan(can(value, options), { codec: options.codec ?? "v8", ...there }) as T;
}

/** A notebook's or engine's variables, which are no properties of the global object. */
export function variables(entries: Readonly<Record<string, unknown>>): UserVariables {
  const map = new Map(Object.entries(entries));
  return {
    has: (name) => map.has(name),
    get: (name) => map.get(name),
    set: (name, value) => void map.set(name, value),
  };
}

/** The message of the refusal. */
export function refusal(value: unknown, options: CanOptions = {}): string {
  try {
    can(value, options);
  } catch (error) {
    return (error as Error).message;
  }
  return "sent";
}
