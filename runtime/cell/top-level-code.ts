import type { AnyNode, AwaitExpression, ForOfStatement, MetaProperty, Program, VariableDeclaration } from "acorn";
import { children, isFunction } from "./syntax-tree.ts";

/** A `var` inside a block or loop of the top level: its names belong to the cell all the same. */
export interface NestedVar {
  readonly declaration: VariableDeclaration;
  /** Whether it is a statement among others, so that a semicolon may stand before it. */
  readonly isListed: boolean;
}

/** A block of a function or of the top level that declares resources with `using` or `await using`. */
export interface UsingBlock {
  readonly block: AnyNode;
  readonly declarations: readonly VariableDeclaration[];
}

/** What a cell contains beside its top-level statements. */
export interface TopLevelCode {
  usesAwait: boolean;
  /** Where it waits at its top level: an interrupt has to end that. */
  readonly waits: (AwaitExpression | ForOfStatement)[];
  readonly nestedVars: NestedVar[];
  readonly metaProperties: MetaProperty[];
  readonly usingBlocks: UsingBlock[];
  /** `using` where it is not lowered: in the head of a loop, or in a case of a switch. */
  readonly strayUsings: AnyNode[];
}

/** Looks through the whole tree once. */
export function topLevelCode(program: Program): TopLevelCode {
  const found: TopLevelCode = {
    usesAwait: false,
    waits: [],
    nestedVars: [],
    metaProperties: [],
    usingBlocks: [],
    strayUsings: [],
  };
  for (const statement of program.body) visit(statement, program, { inFunction: false, found });
  return found;
}

interface Visit {
  readonly inFunction: boolean;
  readonly found: TopLevelCode;
}

function visit(node: AnyNode, parent: AnyNode, { inFunction, found }: Visit): void {
  if (!inFunction && isAwait(node)) found.usesAwait = true;
  if (!inFunction && isWait(node)) found.waits.push(node);
  if (node.type === "MetaProperty" && node.meta.name === "import") found.metaProperties.push(node);
  if (node.type === "VariableDeclaration") visitDeclaration(node, parent, { inFunction, found });
  if (isBlock(node)) {
    const declarations = children(node).filter(isUsing);
    if (declarations.length > 0) found.usingBlocks.push({ block: node, declarations });
  }
  for (const child of children(node)) visit(child, node, { inFunction: inFunction || isFunction(node), found });
}

function visitDeclaration(node: VariableDeclaration, parent: AnyNode, { inFunction, found }: Visit): void {
  const isTop = parent.type === "Program" || parent.type === "ExportNamedDeclaration";
  if (isTop) return;
  if (isUsing(node) && !isBlock(parent)) found.strayUsings.push(node);
  if (node.kind === "var" && !inFunction)
    found.nestedVars.push({ declaration: node, isListed: isBlock(parent) || parent.type === "SwitchCase" });
}

/** Whether the declaration's resources are disposed at the end of its block. */
export const isUsing = (node: AnyNode): node is VariableDeclaration =>
  node.type === "VariableDeclaration" && (node.kind === "using" || node.kind === "await using");

const isAwait = (node: AnyNode): boolean =>
  node.type === "AwaitExpression" ||
  node.type === "ImportDeclaration" ||
  node.type === "ExportAllDeclaration" ||
  (node.type === "ExportNamedDeclaration" && Boolean(node.source)) ||
  (node.type === "ForOfStatement" && node.await) ||
  (node.type === "VariableDeclaration" && node.kind === "await using");

const isWait = (node: AnyNode): node is AwaitExpression | ForOfStatement =>
  node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await);

const isBlock = (node: AnyNode): boolean => node.type === "BlockStatement" || node.type === "StaticBlock";
