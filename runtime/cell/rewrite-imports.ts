import type { ExportAllDeclaration, ExportNamedDeclaration, ImportAttribute, ImportDeclaration } from "acorn";
import { supportName } from "./rewriting.ts";

/** One name that an import binds: the export (`*` = the whole module), the variable, whether it may be missing. */
export type ImportBinding = readonly [exported: string, local: string, isOptional?: 1];

/**
 * The call that stands for an import. The namespace sets the variables itself.
 * @param isUsed whether the cell itself uses a name: one that it does not may be a type, which no module exports
 */
export function importCall(
  node: ImportDeclaration | ExportNamedDeclaration | ExportAllDeclaration,
  isUsed: (name: string) => boolean,
): string {
  const bindings = node.type === "ImportDeclaration" ? node.specifiers.map((each) => binding(each, isUsed)) : [];
  const attributes = node.attributes.map(attribute);
  const options = attributes.length > 0 ? `,{${attributes.join(",")}}` : "";
  return `await ${supportName}.import(${JSON.stringify(node.source?.value)},${JSON.stringify(bindings)}${options})`;
}

function binding(specifier: ImportDeclaration["specifiers"][number], isUsed: (name: string) => boolean): ImportBinding {
  const local = specifier.local.name;
  switch (specifier.type) {
    case "ImportDefaultSpecifier":
      return ["default", local];
    case "ImportNamespaceSpecifier":
      return ["*", local];
    case "ImportSpecifier": {
      const exported = moduleName(specifier.imported);
      return isUsed(local) ? [exported, local] : [exported, local, 1];
    }
  }
}

const attribute = ({ key, value }: ImportAttribute): string =>
  `${JSON.stringify(moduleName(key))}:${JSON.stringify(value.value)}`;

const moduleName = (node: ImportAttribute["key"]): string =>
  node.type === "Identifier" ? node.name : String(node.value);
