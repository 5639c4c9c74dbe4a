import { type AnyNode, type Identifier, Parser, type Pattern, type Program } from "acorn";

/** A cell exports nothing: it may name what an earlier cell declared, and name it twice. */
const CellParser = Parser.extend(
  (base) =>
    class extends base {
      checkLocalExport(): void {}
      checkExport(): void {}
    },
);

/** @throws {SyntaxError} of acorn, with `loc` */
export function parseCell(code: string): Program {
  return CellParser.parse(code, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** Direct parts of a node, in source order. */
export function children(node: AnyNode): AnyNode[] {
  const found: AnyNode[] = [];
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) found.push(...value.filter(isNode));
    else if (isNode(value)) found.push(value);
  }
  return found;
}

export const isFunction = (node: AnyNode): boolean =>
  node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression";

/** Identifiers that a pattern binds or assigns; what it reads (defaults, keys) and members it sets are left out. */
export function patternIdentifiers(pattern: Pattern | null): Identifier[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern];
    case "ObjectPattern":
      return pattern.properties.flatMap((part) =>
        patternIdentifiers(part.type === "RestElement" ? part.argument : part.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap(patternIdentifiers);
    case "AssignmentPattern":
      return patternIdentifiers(pattern.left);
    case "RestElement":
      return patternIdentifiers(pattern.argument);
    default:
      return [];
  }
}

export const patternNames = (pattern: Pattern | null): string[] =>
  patternIdentifiers(pattern).map((identifier) => identifier.name);
