/** What importing a module gives. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/**
 * An export as TypeScript sees it: CommonJS modules give their properties by name too, and `default` of one that was
 * compiled from an ES module is what that exported.
 * @param name `*` for the whole module
 * @returns boxed, for an export may be `undefined`
 */
export function exportOf(exports: ModuleExports, name: string): { readonly value: unknown } | undefined {
  if (name === "*") return { value: exports };
  const commonJs = exports["default"];
  const isObject = (typeof commonJs === "object" && commonJs !== null) || typeof commonJs === "function";
  if (name === "default" && isObject && "__esModule" in commonJs && "default" in commonJs)
    return { value: commonJs.default };
  if (name in exports) return { value: exports[name] };
  return isObject && name in commonJs ? { value: Reflect.get(commonJs, name) as unknown } : undefined;
}
