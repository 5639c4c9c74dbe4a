import { type ImportDeclaration, parse } from "acorn";
import type { NamedValue } from "./builtin-names.ts";
import { withScripts } from "./inspector-session.ts";
import { isBare } from "./known-modules.ts";

/** By script, by the name that the module uses. */
const importsOfScripts = new Map<string, ReadonlyMap<string, NamedValue>>();

/**
 * What an ES module's `import` of a package calls by this name, such as `z` of `import { z } from "zod"`; `undefined`
 * for other variables and for imports of files, which mean nothing elsewhere. Takes milliseconds once for each module.
 */
export function importedAs(scriptId: string, name: string): NamedValue | undefined {
  const known = importsOfScripts.get(scriptId);
  if (known) return known.get(name);
  const imports = importsOf(withScripts((_, source) => source(scriptId)));
  importsOfScripts.set(scriptId, imports);
  return imports.get(name);
}

function importsOf(source: string): Map<string, NamedValue> {
  const imports = new Map<string, NamedValue>();
  for (const node of parse(source, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true }).body)
    if (node.type === "ImportDeclaration" && isBare(String(node.source.value))) addNames(imports, node);
  return imports;
}

function addNames(imports: Map<string, NamedValue>, node: ImportDeclaration): void {
  const module = String(node.source.value);
  for (const specifier of node.specifiers) {
    const { local } = specifier;
    if (specifier.type === "ImportNamespaceSpecifier") imports.set(local.name, { kind: "module", module, path: [] });
    else if (specifier.type === "ImportDefaultSpecifier")
      imports.set(local.name, { kind: "module", module, path: ["default"] });
    else {
      const { imported } = specifier;
      const name = imported.type === "Identifier" ? imported.name : String(imported.value);
      imports.set(local.name, { kind: "module", module, path: [name] });
    }
  }
}
