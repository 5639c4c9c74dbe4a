import type { AnyNode, ClassDeclaration, FunctionDeclaration, Program } from "acorn";
import { globalKey, isBuiltinGlobal } from "./builtin-globals.ts";
import type { FreeReference } from "./free-references.ts";
import { importCall } from "./rewrite-imports.ts";
import { rewriteNestedVar, rewriteUsingBlock, rewriteVariables } from "./rewrite-variables.ts";
import { type Rewriting, supportName } from "./rewriting.ts";
import type { TopLevelCode } from "./top-level-code.ts";

/** A parsed cell with what was found in it. */
export interface ParsedCell {
  readonly program: Program;
  readonly references: readonly FreeReference[];
  readonly code: TopLevelCode;
}

type Statement = Program["body"][number];

/** Turns declarations into global properties, imports into calls and the last expression into the cell's value. */
export function rewriteCell(rewriting: Rewriting, cell: ParsedCell): void {
  for (const node of cell.code.metaProperties) rewriting.text.update(node.start, node.end, `${supportName}.meta`);
  for (const wait of cell.code.waits) rewriteWait(rewriting, wait);
  for (const nested of cell.code.nestedVars) rewriteNestedVar(rewriting, nested);
  for (const block of cell.code.usingBlocks) rewriteUsingBlock(rewriting, block);
  const last = cell.program.body.findLast(does);
  const rewriter = new StatementRewriter(rewriting, cell, last);
  for (const statement of cell.program.body) {
    rewriter.rewrite(statement);
    rewriting.finish(statement.end);
  }
}

/** Lets the cell's support wait for what the cell awaits, so that an interrupt ends the wait and with it the cell. */
function rewriteWait(rewriting: Rewriting, node: TopLevelCode["waits"][number]): void {
  const [method, waited] = node.type === "AwaitExpression" ? ["wait", node.argument] : ["each", node.right];
  const [open, close] = waited.type === "SequenceExpression" ? ["((", "))"] : ["(", ")"];
  rewriting.inFront(waited.start, `${supportName}.${method}${open}`);
  rewriting.after(waited.end, close);
}

/** Not so the `var N;` that the stripper puts at the end for a namespace `N`. */
const does = (node: Statement): boolean =>
  node.type !== "EmptyStatement" &&
  !(node.type === "VariableDeclaration" && node.kind === "var" && node.declarations.every(({ init }) => !init));

class StatementRewriter {
  readonly #rewriting: Rewriting;
  readonly #cell: ParsedCell;
  readonly #last: Statement | undefined;
  readonly #used: ReadonlySet<string>;
  /** Whether only imports and functions came so far: an import may then stay where it stands. */
  #isBeforeCode = true;
  #functions = 0;

  constructor(rewriting: Rewriting, cell: ParsedCell, last: Statement | undefined) {
    this.#rewriting = rewriting;
    this.#cell = cell;
    this.#last = last;
    this.#used = new Set(cell.references.map((reference) => reference.name));
  }

  rewrite(node: Statement): void {
    switch (node.type) {
      case "ImportDeclaration":
      case "ExportAllDeclaration":
        this.#import(node);
        break;
      case "ExportNamedDeclaration":
        this.#exportNamed(node);
        break;
      case "ExportDefaultDeclaration":
        this.#rewriting.blank(node.start, node.declaration.start);
        this.#defaultExport(node.declaration, node === this.#last);
        break;
      default:
        this.#statement(node, node === this.#last);
    }
  }

  #statement(node: AnyNode, isLast: boolean): void {
    if (node.type === "FunctionDeclaration") {
      this.#function(node as FunctionDeclaration);
      return;
    }
    this.#isBeforeCode = false;
    if (node.type === "VariableDeclaration") rewriteVariables(this.#rewriting, node);
    else if (node.type === "ClassDeclaration") this.#class(node as ClassDeclaration);
    else if (node.type === "ExpressionStatement" && isLast) this.#value(node.expression);
  }

  #import(node: Parameters<typeof importCall>[0]): void {
    if (node.type === "ImportDeclaration")
      for (const specifier of node.specifiers) this.#rewriting.names.add(specifier.local.name);
    const call = importCall(node, (name) => this.#used.has(name));
    if (this.#isBeforeCode) this.#rewriting.replace(node.start, node.end, `${call};`);
    else {
      this.#rewriting.prologue.push(`${call};`);
      this.#rewriting.blank(node.start, node.end, ";");
    }
  }

  #exportNamed(node: Extract<Statement, { type: "ExportNamedDeclaration" }>): void {
    if (node.source) this.#import(node);
    else if (!node.declaration) this.#rewriting.blank(node.start, node.end, ";");
    else {
      this.#rewriting.blank(node.start, node.declaration.start);
      this.#statement(node.declaration, false);
    }
  }

  /** A named function or class is declared; whatever else is exported is an expression. */
  #defaultExport(
    declaration: Extract<Statement, { type: "ExportDefaultDeclaration" }>["declaration"],
    isLast: boolean,
  ): void {
    const isDeclaration = declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration";
    if (isDeclaration && declaration.id) this.#statement(declaration, false);
    else if (isLast) this.#value(declaration);
    else {
      this.#rewriting.before(";(");
      this.#rewriting.after(declaration.end, ")");
    }
  }

  #value(expression: AnyNode): void {
    // V8 gives the first thing that it does the place of the whole statement: the read that changes nothing gets that.
    this.#rewriting.before(`;${supportName}.value=(${supportName}.value,`);
    this.#rewriting.after(expression.end, ")");
  }

  /** A class expression binds its name inside the class just as a declaration does. */
  #class(node: ClassDeclaration): void {
    this.#rewriting.names.add(node.id.name);
    this.#rewriting.before(`;${globalKey(node.id.name)}=`);
    this.#rewriting.after(node.end, ";");
  }

  /**
   * Each function gets a function around it, hoisted like itself, whose call at the start hands it out: so the name
   * is a global property that later cells may set, and the text of the function stays as and where it was. One that
   * calls itself sees its own inner name; the property then is a pair of accessors of that.
   */
  #function(node: FunctionDeclaration): void {
    const { name } = node.id;
    const hoister = `__f${this.#functions++}`;
    this.#rewriting.names.add(name);
    if (this.#isRecursive(node)) {
      this.#rewriting.prologue.push(`${hoister}();`);
      const accessors = `${JSON.stringify(name)},()=>${name},(v)=>{${name}=v}`;
      this.#rewriting.before(`;function ${hoister}(){${supportName}.live(${accessors});`);
    } else {
      this.#rewriting.prologue.push(`${globalKey(name)}=${hoister}();`);
      this.#rewriting.before(`;function ${hoister}(){return ${name};`);
    }
    this.#rewriting.after(node.end, "}");
  }

  /** Uses of a name that hides a built-in go to the global property anyway. */
  #isRecursive({ id, start, end }: FunctionDeclaration): boolean {
    if (isBuiltinGlobal(id.name)) return false;
    return this.#cell.references.some((each) => each.name === id.name && each.start > start && each.end <= end);
  }
}
