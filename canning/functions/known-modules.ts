import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { CanningError, MissingModule } from "../canning-error.ts";
import { giveName, type NamedValue, nameOf, nameOfBuiltin, ownValues } from "./builtin-names.ts";

/** Loads a module by name at once, as `require` does. */
export type RequireModule = (specifier: string) => unknown;

const remembered = new Map<string, object>();

/**
 * Tells that a namespace is what importing a module by this name gives, so that its exports can travel by name, and
 * that what arrives by name need not be loaded. Whoever imports for cells calls this; relative names mean nothing
 * elsewhere and are ignored.
 */
export function rememberModule(specifier: string, namespace: object): void {
  if (!isBare(specifier) || remembered.get(specifier) === namespace) return;
  remembered.set(specifier, namespace);
  nameImport(namespace, { kind: "module", module: specifier, path: [] });
  // Of a CommonJS module not every property is an export of its namespace.
  const original = Object.getOwnPropertyDescriptor(namespace, "default")?.value as unknown;
  if (isNameable(original)) nameMembers(original as object, { kind: "module", module: specifier, path: ["default"] });
}

/** Names what an import gave, and where that is a namespace its members. */
export function nameImport(value: object, name: NamedValue | undefined): void {
  giveName(value, name);
  if (name && isNamespace(value)) nameMembers(value, name);
}

function nameMembers(of: object, name: NamedValue): void {
  for (const [key, value] of ownValues(of))
    if (isNameable(value)) giveName(value, { ...name, path: [...name.path, key] });
}

/** Whether a module's name means the same on another machine. */
export const isBare = (specifier: string): boolean => !/^(?:\.|\/|file:|data:|[a-z]:\\)/i.test(specifier);

const isNameable = (value: unknown): boolean =>
  typeof value === "function" || (typeof value === "object" && value !== null);

/**
 * The name of a module object that is not known itself: the namespace of one of Node's modules, or the copy of a
 * CommonJS module that an `import * as` compiles to. Both have the module as `default`.
 */
export function nameOfNamespace(value: object): NamedValue | undefined {
  const known = nameOf(value);
  if (known) return known;
  const original = Object.getOwnPropertyDescriptor(value, "default")?.value as unknown;
  const isObject = (typeof original === "object" && original !== null) || typeof original === "function";
  const name = isObject ? nameOfBuiltin(original) : undefined;
  if (name?.kind !== "module" || name.path.join() !== "default") return undefined;
  giveName(value, { kind: "module", module: name.module, path: [] });
  return nameOf(value);
}

/** Where engines look by default for modules: from the folder they run in. */
export const requireFromHere: RequireModule = (specifier) =>
  createRequire(join(process.cwd(), sep))(specifier) as unknown;

/**
 * The name of a function that was written in a library's file: the export of its package, or of the file, that is it.
 * A package that has a build for `import` and one for `require` may give its twin, of the same source.
 * @param file absolute path inside a `node_modules` folder
 */
export function nameOfLibraryExport(value: object, file: string): NamedValue | undefined {
  const specifiers = specifiersOf(file);
  for (const specifier of specifiers) {
    nameLoaded(specifier);
    const name = nameOf(value);
    if (name) return name;
  }
  for (const specifier of specifiers)
    if (hasTwin(value, looked.get(specifier)))
      giveName(value, { kind: "module", module: specifier, path: [(value as { name: string }).name] });
  return nameOf(value);
}

function hasTwin(value: object, exports: unknown): boolean {
  if (typeof value !== "function" || !isNameable(exports)) return false;
  const twin = Object.getOwnPropertyDescriptor(exports, value.name)?.value as unknown;
  return (
    typeof twin === "function" && Function.prototype.toString.call(twin) === Function.prototype.toString.call(value)
  );
}

/** The package's own name, then the file's within it. */
function specifiersOf(file: string): string[] {
  const marker = `${sep}node_modules${sep}`;
  const parts = file.slice(file.lastIndexOf(marker) + marker.length).split(sep);
  const count = parts[0]?.startsWith("@") ? 2 : 1;
  return file.includes(marker) ? [parts.slice(0, count).join("/"), parts.join("/")] : ["tsparallel"];
}

/** What packages that were asked for export; `undefined` for those that cannot be required. */
const looked = new Map<string, unknown>();

function nameLoaded(specifier: string): void {
  if (looked.has(specifier)) return;
  looked.set(specifier, undefined);
  let exports: unknown;
  try {
    exports = requireFromHere(specifier);
  } catch {
    return; // Not importable by this name, so no engine could import it by this name either.
  }
  looked.set(specifier, exports);
  if (isNameable(exports)) nameRequired(specifier, exports as object);
}

/** What `require` gives is a namespace only for ES modules; for others it is the default export. */
function nameRequired(module: string, exports: object): void {
  const namespace: NamedValue = { kind: "module", module, path: [] };
  if (isNamespace(exports)) nameImport(exports, namespace);
  else {
    giveName(exports, { ...namespace, path: ["default"] });
    nameMembers(exports, namespace);
  }
}

/** @throws {CanningError} when this process has no such module or export */
export function namedValue(name: NamedValue, requireModule: RequireModule): object {
  const shown =
    name.kind === "global"
      ? ["globalThis", ...name.path].join(".")
      : [`module "${name.module}"`, ...name.path].join(", ");
  let value: unknown = name.kind === "global" ? globalThis : moduleNamespace(name.module, requireModule);
  for (const key of name.path) value = isNameable(value) ? Reflect.get(value as object, key) : undefined;
  if (isNameable(value)) return value as object;
  throw new CanningError(`cannot read a canned value: ${shown} does not exist here.`);
}

function moduleNamespace(module: string, requireModule: RequireModule): object {
  const known = remembered.get(module);
  if (known) return known;
  let exports: unknown;
  try {
    exports = requireModule(module);
  } catch (cause) {
    throw new MissingModule(
      `cannot import "${module}" here: ${(cause as Error).message.split("\n")[0]}. Install it where the engines run.`,
      { cause },
    );
  }
  const namespace = isNamespace(exports) ? (exports as object) : asNamespace(exports);
  remembered.set(module, namespace);
  return namespace;
}

const isNamespace = (exports: unknown): boolean =>
  isNameable(exports) && (exports as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Module";

/** What `import * as` gives for a CommonJS module; its properties are read when used, for they may change. */
function asNamespace(exports: unknown): object {
  const namespace: object = Object.create(isNameable(exports) ? (exports as object) : null) as object;
  return Object.defineProperty(namespace, "default", { value: exports, enumerable: true });
}
