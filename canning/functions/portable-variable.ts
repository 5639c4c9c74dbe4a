import Module from "node:module";
import { types } from "node:util";
import { CanningError } from "../canning-error.ts";
import { nameOf } from "./builtin-names.ts";
import type { FreeName } from "./free-names.ts";
import { functionFacts } from "./function-facts.ts";
import { nameImport, nameOfLibraryExport, nameOfNamespace } from "./known-modules.ts";
import { importedAs } from "./module-imports.ts";

/** Where a variable was found. */
interface Origin {
  readonly scriptId: string;
  /** Whether it is of an ES module's own scope, and so may be an import. */
  readonly isModule: boolean;
}

/**
 * The value to send for a variable. Modules and their objects get the name under which engines can import them; of a
 * module of the user's own, only the members are taken that the function uses.
 * @throws {CanningError} with the reason alone
 */
export function portableVariable(free: FreeName, value: unknown, origin: Origin): unknown {
  if (typeof value === "function") return portableFunction(free, value, origin);
  if (typeof value !== "object" || value === null || nameOf(value)) return value;
  if (value instanceof Module) throw new CanningError(`it uses "${free.name}", its CommonJS module`);
  if (origin.isModule && isLikelyImport(value)) nameImport(value, importedAs(origin.scriptId, free.name));
  if (nameOf(value) ?? nameOfObject(value)) return value;
  if (!isModuleLike(value) && free.name !== "exports") return value;
  if (free.members)
    return Object.fromEntries([...free.members].map((member) => [member, Reflect.get(value, member) as unknown]));
  throw new CanningError(
    `it uses all of "${free.name}", a module of your own; use its members one by one: ${free.name}.member`,
  );
}

function portableFunction(free: FreeName, value: object, { scriptId, isModule }: Origin): object {
  if (isModule && !nameOf(value) && factsOf(value)?.kind === "library")
    nameImport(value, importedAs(scriptId, free.name));
  return value;
}

/** Plain objects and arrays of a module are its own, or as good as. */
function isLikelyImport(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** Module objects: namespaces by their default export, others by the first function in them. */
function nameOfObject(value: object): unknown {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return undefined;
  const name = nameOfNamespace(value);
  if (name) return name;
  const member = Object.values(Object.getOwnPropertyDescriptors(value)).find(
    (property) => typeof property.value === "function",
  )?.value as object | undefined;
  if (!member) return undefined;
  const facts = factsOf(member);
  if (facts?.kind !== "library") return undefined;
  nameOfLibraryExport(member, facts.file);
  return nameOf(value);
}

function factsOf(subject: object): ReturnType<typeof functionFacts> | undefined {
  try {
    return functionFacts(subject);
  } catch {
    return undefined; // It cannot travel; the walk will say so, and where, if it is really sent.
  }
}

/** A namespace, an imitation of one (test runners make such), or the exports of a module that was compiled to CommonJS. */
function isModuleLike(value: object): boolean {
  if (types.isModuleNamespaceObject(value)) return true;
  const tag: unknown = Object.getOwnPropertyDescriptor(value, Symbol.toStringTag)?.value;
  return tag === "Module" || Object.hasOwn(value, "__esModule");
}
