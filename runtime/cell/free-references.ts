import type { AnyNode, Function as FunctionNode, Identifier, Pattern, Program } from "acorn";
import { children, isFunction, patternIdentifiers, patternNames } from "./syntax-tree.ts";

/** A use of a name that no inner scope of the cell declares: a top-level name, or a global one. */
export interface FreeReference {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly isShorthand: boolean;
  readonly isAssigned: boolean;
}

/** Names of one scope and of those around it; `undefined` is the cell's top level. */
interface Scope {
  readonly names: ReadonlySet<string>;
  readonly outer: Scope | undefined;
}

type Visitors = {
  [Type in AnyNode["type"]]?: (node: Extract<AnyNode, { type: Type }>, scope: Scope | undefined) => void;
};

/** Every free reference of a cell in source order. Cells are strict code: functions in blocks stay in their block. */
export function freeReferences(program: Program): FreeReference[] {
  const finder = new ReferenceFinder();
  for (const statement of program.body) finder.visit(statement, undefined);
  return finder.found.sort((a, b) => a.start - b.start);
}

class ReferenceFinder {
  readonly found: FreeReference[] = [];
  readonly #shorthands = new Set<number>();
  readonly #assigned = new Set<number>();

  visit(node: AnyNode | null | undefined, scope: Scope | undefined): void {
    if (!node) return;
    const visitor = this.#visitors[node.type] as ((node: AnyNode, scope: Scope | undefined) => void) | undefined;
    if (visitor) visitor(node, scope);
    else this.#visitChildren(node, scope);
  }

  #visitChildren(node: AnyNode, scope: Scope | undefined): void {
    for (const child of children(node)) this.visit(child, scope);
  }

  readonly #visitors: Visitors = {
    Identifier: (node, scope) => this.#reference(node, scope),
    FunctionDeclaration: (node, scope) => this.#function(node, scope, ["arguments"]),
    FunctionExpression: (node, scope) => this.#function(node, scope, ["arguments", ...(node.id ? [node.id.name] : [])]),
    ArrowFunctionExpression: (node, scope) => this.#function(node, scope, []),
    ClassDeclaration: (node, scope) => this.#class(node, scope),
    ClassExpression: (node, scope) => this.#class(node, scope),
    BlockStatement: (node, scope) => this.#visitChildren(node, within(scope, lexicalNames(node.body))),
    StaticBlock: (node, scope) =>
      this.#visitChildren(node, within(scope, [...lexicalNames(node.body), ...node.body.flatMap(varNames)])),
    SwitchStatement: (node, scope) =>
      this.#visitChildren(node, within(scope, lexicalNames(node.cases.flatMap((each) => each.consequent)))),
    ForStatement: (node, scope) => this.#visitChildren(node, within(scope, lexicalNames([node.init]))),
    ForInStatement: (node, scope) => this.#forEach(node.left, node, scope),
    ForOfStatement: (node, scope) => this.#forEach(node.left, node, scope),
    CatchClause: (node, scope) => this.#visitChildren(node, within(scope, patternNames(node.param ?? null))),
    MemberExpression: (node, scope) => {
      this.visit(node.object, scope);
      if (node.computed) this.visit(node.property, scope);
    },
    Property: (node, scope) => {
      if (node.shorthand) this.#shorthands.add(node.key.start);
      this.#keyed(node, scope);
    },
    MethodDefinition: (node, scope) => this.#keyed(node, scope),
    PropertyDefinition: (node, scope) => this.#keyed(node, scope),
    LabeledStatement: (node, scope) => this.visit(node.body, scope),
    BreakStatement: () => {},
    ContinueStatement: () => {},
    MetaProperty: () => {},
    ImportDeclaration: () => {},
    ExportAllDeclaration: () => {},
    ExportNamedDeclaration: (node, scope) => this.visit(node.declaration, scope),
    AssignmentExpression: (node, scope) => {
      this.#assigns(node.left);
      this.#visitChildren(node, scope);
    },
    UpdateExpression: (node, scope) => {
      if (node.argument.type === "Identifier") this.#assigned.add(node.argument.start);
      this.#visitChildren(node, scope);
    },
  };

  #reference(node: Identifier, scope: Scope | undefined): void {
    for (let around = scope; around; around = around.outer) if (around.names.has(node.name)) return;
    const { name, start, end } = node;
    this.found.push({
      name,
      start,
      end,
      isShorthand: this.#shorthands.has(start),
      isAssigned: this.#assigned.has(start),
    });
  }

  #function(node: FunctionNode & AnyNode, scope: Scope | undefined, own: readonly string[]): void {
    const body = node.body.type === "BlockStatement" ? node.body.body : [node.body];
    const names = [...own, ...node.params.flatMap(patternNames), ...lexicalNames(body), ...body.flatMap(varNames)];
    const inner = within(scope, names);
    for (const part of [...node.params, ...body]) this.visit(part, inner);
  }

  #class(node: Extract<AnyNode, { type: "ClassDeclaration" | "ClassExpression" }>, scope: Scope | undefined): void {
    const inner = within(scope, node.id ? [node.id.name] : []);
    this.visit(node.superClass, inner);
    this.visit(node.body, inner);
  }

  #keyed(
    node: Extract<AnyNode, { type: "Property" | "MethodDefinition" | "PropertyDefinition" }>,
    scope: Scope | undefined,
  ): void {
    if (node.computed) this.visit(node.key, scope);
    this.visit(node.value, scope);
  }

  #forEach(left: AnyNode, loop: AnyNode, scope: Scope | undefined): void {
    if (left.type !== "VariableDeclaration") this.#assigns(left as Pattern);
    this.#visitChildren(loop, within(scope, lexicalNames([left])));
  }

  #assigns(left: Pattern): void {
    for (const identifier of patternIdentifiers(left)) this.#assigned.add(identifier.start);
  }
}

const within = (outer: Scope | undefined, names: readonly string[]): Scope | undefined =>
  names.length === 0 ? outer : { names: new Set(names), outer };

/** Names that these statements declare for the block around them. */
function lexicalNames(statements: readonly (AnyNode | null | undefined)[]): string[] {
  return statements.flatMap((node) => {
    switch (node?.type) {
      case "VariableDeclaration":
        return node.kind === "var" ? [] : node.declarations.flatMap((each) => patternNames(each.id));
      case "FunctionDeclaration":
      case "ClassDeclaration":
        return node.id ? [node.id.name] : [];
      default:
        return [];
    }
  });
}

/** Names that `var` declares in this node for the function around it. */
function varNames(node: AnyNode): string[] {
  if (isFunction(node)) return [];
  const own =
    node.type === "VariableDeclaration" && node.kind === "var"
      ? node.declarations.flatMap((each) => patternNames(each.id))
      : [];
  return [...own, ...children(node).flatMap(varNames)];
}
