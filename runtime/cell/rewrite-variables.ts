import type { VariableDeclaration } from "acorn";
import { globalKey } from "./builtin-globals.ts";
import { type Rewriting, supportName } from "./rewriting.ts";
import { patternNames } from "./syntax-tree.ts";
import { isUsing, type NestedVar, type UsingBlock } from "./top-level-code.ts";

/** `const { a } = f(), b = 2` becomes `;    ({ a } = f(), b = 2)`: assignments to global properties. */
export function rewriteVariables(rewriting: Rewriting, node: VariableDeclaration): void {
  assignInstead(rewriting, node, ";");
  for (const { id, init, end } of node.declarations) {
    if (!init && node.kind !== "var") rewriting.after(end, "=void 0");
    if (isUsing(node) && id.type === "Identifier")
      rewriting.after(end, `,${supportName}.${node.kind === "using" ? "use" : "useAsync"}(${globalKey(id.name)})`);
  }
  closePattern(rewriting, node);
}

/** The same for a `var` in a block, in the body of a control statement or in the head of a loop. */
export function rewriteNestedVar(rewriting: Rewriting, { declaration, isListed }: NestedVar): void {
  assignInstead(rewriting, declaration, isListed ? ";" : "");
  closePattern(rewriting, declaration);
}

function assignInstead(rewriting: Rewriting, node: VariableDeclaration, separator: string): void {
  for (const { id } of node.declarations) for (const name of patternNames(id)) rewriting.names.add(name);
  const [first] = node.declarations;
  const keywordEnd = isUsing(node) && first ? first.start : node.start + node.kind.length;
  rewriting.blank(node.start, keywordEnd, separator + (needsParenthesis(node) ? "(" : ""));
}

function closePattern(rewriting: Rewriting, node: VariableDeclaration): void {
  const last = node.declarations.at(-1);
  if (last && needsParenthesis(node)) rewriting.after(last.end, ")");
}

/** A statement that starts with a brace would be a block; in `for (var {a} of …)` there is no initialiser to enclose. */
const needsParenthesis = ({ declarations: [first] }: VariableDeclaration): boolean =>
  first?.id.type === "ObjectPattern" && Boolean(first.init);

/**
 * `using` inside functions and blocks, for a V8 that does not know it. The code stands by itself, for a function may
 * travel without its cell: `{const __used=[];try{ const x = f(),__u1=__used.push(x); … }finally{ … }}`.
 */
export function rewriteUsingBlock(rewriting: Rewriting, { block, declarations }: UsingBlock): void {
  rewriting.inFront(blockStart(rewriting, block) + 1, "const __used=[];try{");
  for (const node of declarations) {
    const [first] = node.declarations;
    if (first) rewriting.blank(node.start, first.start, "const ");
    for (const { id, end } of node.declarations)
      if (id.type === "Identifier") rewriting.after(end, `,__u${end}=__used.push(${id.name})`);
  }
  const isAsync = declarations.some((node) => node.kind === "await using");
  const dispose = isAsync
    ? "await(__r?.[Symbol.asyncDispose]??__r?.[Symbol.dispose])?.call(__r)"
    : "__r?.[Symbol.dispose]()";
  rewriting.after(block.end - 1, `}finally{for(const __r of __used.reverse())${dispose}}`);
}

const blockStart = (rewriting: Rewriting, block: UsingBlock["block"]): number =>
  block.type === "StaticBlock" ? rewriting.source.indexOf("{", block.start) : block.start;
