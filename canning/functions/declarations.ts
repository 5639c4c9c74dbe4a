import type { AnyNode, Node, Pattern } from "acorn";

/** The names that a pattern declares. */
export function bindingNames(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return bindingNames(pattern.left);
    case "RestElement":
      return bindingNames(pattern.argument);
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element ? bindingNames(element) : []));
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        bindingNames(property.type === "Property" ? property.value : property),
      );
    default:
      return [];
  }
}

/** What `var` declares anywhere inside, inner functions excepted. */
export function hoistedNames(node: AnyNode): string[] {
  switch (node.type) {
    case "VariableDeclaration":
      return node.kind === "var" ? node.declarations.flatMap(({ id }) => bindingNames(id)) : [];
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "ClassDeclaration":
    case "ClassExpression":
      return [];
    default:
      return childNodes(node).flatMap(hoistedNames);
  }
}

/** What `let`, `const`, `class`, `function` and `catch` declare for the inside of a block, a loop or a switch. */
export function lexicalNames(node: AnyNode): string[] {
  switch (node.type) {
    case "BlockStatement":
    case "StaticBlock":
    case "Program":
      return node.body.flatMap(declaredNames);
    case "SwitchStatement":
      return node.cases.flatMap(({ consequent }) => consequent.flatMap(declaredNames));
    case "ForStatement":
      return node.init?.type === "VariableDeclaration" ? declaredNames(node.init) : [];
    case "ForInStatement":
    case "ForOfStatement":
      return node.left.type === "VariableDeclaration" ? declaredNames(node.left) : [];
    case "CatchClause":
      return node.param ? bindingNames(node.param) : [];
    default:
      return [];
  }
}

function declaredNames(statement: AnyNode): string[] {
  switch (statement.type) {
    case "VariableDeclaration":
      return statement.declarations.flatMap(({ id }) => bindingNames(id));
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return statement.id ? [statement.id.name] : [];
    default:
      return [];
  }
}

/** The nodes directly inside a node. */
export function childNodes(node: AnyNode): AnyNode[] {
  const nodes: AnyNode[] = [];
  for (const part of Object.values(node) as unknown[]) {
    const parts: readonly unknown[] = Array.isArray(part) ? part : [part];
    for (const child of parts) if (isNode(child)) nodes.push(child);
  }
  return nodes;
}

function isNode(part: unknown): part is AnyNode {
  return typeof part === "object" && part !== null && typeof (part as Partial<Node>).type === "string";
}
