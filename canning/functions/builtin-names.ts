import { builtinModules } from "node:module";

/** A value that engines have themselves, and how they find it. */
export type NamedValue =
  /** From the global object: `["Math", "sqrt"]`; none for the global object itself. */
  | { readonly kind: "global"; readonly path: readonly string[] }
  /** From a module's exports: `node:os`, `["hostname"]`; none for its namespace. */
  | { readonly kind: "module"; readonly module: string; readonly path: readonly string[] };

/** Global names that are Node's and JavaScript's own, as they were before any user code could add to them. */
const globalNames: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(globalThis));

/** Whether a name is one of Node's or JavaScript's own globals, so that engines have it. */
export const isBuiltinGlobal = (name: string): boolean => globalNames.has(name);

const named = new WeakMap<object, NamedValue>();

/** The first name given to a value is kept. */
export function giveName(value: unknown, name: NamedValue | undefined): void {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  if (name && isObject && !named.has(value)) named.set(value, name);
}

/** The name of a built-in, or of what `giveName` named. */
export function nameOf(value: object): NamedValue | undefined {
  return named.get(value) ?? nameOfLazyGlobal(value);
}

/** The same, and it looks into Node's modules that were loaded since. For values that are likely to be one. */
export function nameOfBuiltin(value: object): NamedValue | undefined {
  const known = nameOf(value);
  if (known) return known;
  nameLoadedModules();
  return named.get(value);
}

/** Properties that are values, read without running a getter: some of Node's load a module or warn. */
export function ownValues(object: object): [string, unknown][] {
  return Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([key, property]): [string, unknown][] =>
    "value" in property ? [[key, property.value]] : [],
  );
}

function nameGlobals(): void {
  giveName(globalThis, { kind: "global", path: [] });
  const globals = ownValues(globalThis).filter(([name]) => globalNames.has(name));
  for (const [name, value] of globals) giveName(value, { kind: "global", path: [name] });
  for (const [name, value] of globals) if (value !== globalThis) nameMembers(value, [name]);
  for (const [name, value] of globals)
    if (typeof value === "function") nameMembers((value as { prototype?: unknown }).prototype, [name, "prototype"]);
}

function nameMembers(of: unknown, path: readonly string[]): void {
  if ((typeof of !== "object" && typeof of !== "function") || of === null) return;
  for (const [key, value] of ownValues(of))
    if (typeof value === "function" && key !== "constructor") giveName(value, { kind: "global", path: [...path, key] });
}

/** `fetch`, `Response` and others are made by a getter when first used; it is asked for the very name only. */
function nameOfLazyGlobal(value: object): NamedValue | undefined {
  if (typeof value !== "function" || !globalNames.has(value.name)) return undefined;
  if (Reflect.get(globalThis, value.name) !== value) return undefined;
  giveName(value, { kind: "global", path: [value.name] });
  return named.get(value);
}

/** Modules that warn when they are looked at, and Node's own inside. */
const leftOut = new Set(["inspector/promises", "punycode", "sys", "wasi", "trace_events"]);
const namedModules = new Set<string>();

function nameLoadedModules(): void {
  // Undocumented, but there in Node 20 to 26; without it only what was imported by name is known.
  const loaded = (process as { moduleLoadList?: readonly string[] }).moduleLoadList ?? [];
  const isLoaded = new Set(loaded);
  for (const name of builtinModules) {
    if (namedModules.has(name) || leftOut.has(name) || name.startsWith("_")) continue;
    // Those of promises are properties of their parents, which load them by a getter and not under this name.
    if (!isLoaded.has(`NativeModule ${name.replace(/\/promises$/, "")}`)) continue;
    namedModules.add(name);
    nameModule(`node:${name}`, process.getBuiltinModule(name) as object);
  }
}

function nameModule(module: string, exports: object): void {
  giveName(exports, { kind: "module", module, path: ["default"] });
  const values = ownValues(exports);
  for (const [key, value] of values)
    if (typeof value === "function") giveName(value, { kind: "module", module, path: [key] });
  for (const [key, value] of values) if (isPlainObject(value)) nameInner(module, key, value);
}

/** `path.posix.join`, `util.types.isDate` */
function nameInner(module: string, key: string, object: object): void {
  for (const [inner, value] of ownValues(object))
    if (typeof value === "function") giveName(value, { kind: "module", module, path: [key, inner] });
}

const isPlainObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

nameGlobals();
