import {
  type AnyNode,
  type Class,
  type Expression,
  type Function as FunctionNode,
  type PrivateIdentifier,
  type Program,
  parse,
  tokenizer,
} from "acorn";
import { CanningError } from "../canning-error.ts";
import { portableClass } from "./class-source.ts";
import { type FreeName, freeNames } from "./free-names.ts";

/** What is always the same for one source text. */
export interface FunctionSource {
  /** Ready to be compiled: inside parentheses, or for a method inside `({…})`. */
  readonly text: string;
  readonly form: "expression" | "method" | "class";
  /** The key under which a compiled method is found; for other forms the name that the source itself gives, if any. */
  readonly ownName: string | undefined;
  readonly names: readonly FreeName[];
  /** Names that must have their values when the class is defined; the first is the parent class where `hasParent`. */
  readonly early: readonly string[];
  readonly hasParent: boolean;
  /** Neither arrow, method, class, generator nor async: sloppy ones have the properties `caller` and `arguments`. */
  readonly isPlainFunction: boolean;
  /** Where V8's location of the function lies in its original text: at its parameters, or at the start. */
  readonly anchor: number;
  /** By how many columns the text after a method's key moved, for that key was replaced. */
  readonly shift: number;
  /** Why it cannot travel. */
  readonly problem: string | undefined;
}

/** Free names are found for thousands of functions with few different texts: `view.map(x => …)` in a loop. */
const analysed = new Map<string, FunctionSource>();
const mostAnalysed = 500;

/**
 * Reads the text of a function.
 * @param key what stands in the place of a computed key (`[expression]() {}`) of a method
 */
export function functionSource(text: string, key: string): FunctionSource {
  const cacheKey = `${key}\n${text}`;
  const known = analysed.get(cacheKey);
  if (known) return known;
  const source = analyse(text, key);
  if (analysed.size >= mostAnalysed) analysed.clear();
  analysed.set(cacheKey, source);
  return source;
}

function analyse(text: string, key: string): FunctionSource {
  const source = read(text, key);
  // What a cell's `import.meta` was made into.
  const isMeta = source.names.some(({ name }) => name === "__cell");
  return isMeta ? { ...source, problem: "it uses import.meta, which belongs to its cell" } : source;
}

function read(text: string, key: string): FunctionSource {
  const expression = parsed(text);
  if (expression?.type === "ClassExpression") return classSource(text, expression);
  if (expression?.type === "FunctionExpression" || expression?.type === "ArrowFunctionExpression")
    return plainSource(text, expression);
  const object = parsed(`{${text}\n}`);
  if (object?.type === "ObjectExpression") return methodSource(text, object, key);
  throw new CanningError("its source cannot be read");
}

function plainSource(text: string, node: FunctionNode): FunctionSource {
  const isArrow = node.type === "ArrowFunctionExpression";
  return {
    text,
    form: "expression",
    ownName: isArrow ? undefined : node.id?.name,
    ...freeNames([node]),
    early: [],
    hasParent: false,
    isPlainFunction: !isArrow && !node.async && !node.generator,
    anchor: isArrow ? 0 : openingParenthesis(text, (node.id?.end ?? offset) - offset),
    shift: 0,
  };
}

function methodSource(
  text: string,
  object: Extract<Expression, { type: "ObjectExpression" }>,
  key: string,
): FunctionSource {
  const [property] = object.properties;
  if (property?.type !== "Property" || property.value.type !== "FunctionExpression")
    throw new CanningError("its source cannot be read");
  if (property.kind !== "init")
    throw new CanningError("it is a getter or setter; send the value, or a function that computes it");
  const [start, end] = [property.key.start - methodOffset, property.key.end - methodOffset];
  const opening = property.computed ? text.lastIndexOf("[", start) : start;
  const closing = property.computed ? text.indexOf("]", end) + 1 : end;
  const shown = property.computed ? `[${JSON.stringify(key)}]` : text.slice(opening, closing);
  return {
    text: text.slice(0, opening) + shown + text.slice(closing),
    form: "method",
    ownName: property.computed ? key : keyName(property.key),
    ...freeNames([property.value]),
    early: [],
    hasParent: false,
    isPlainFunction: false,
    anchor: property.value.start - methodOffset,
    shift: shown.length - (closing - opening),
  };
}

function classSource(text: string, node: Class): FunctionSource {
  const portable = portableClass(text, node, offset);
  const rewritten = parsed(portable.text);
  if (rewritten?.type !== "ClassExpression") throw new CanningError("its source cannot be read");
  const explicit = node.body.body.find((member) => member.type === "MethodDefinition" && member.kind === "constructor");
  const early = freeNames(portable.earlyNodes(rewritten)).names.flatMap(({ name }) =>
    name === node.id?.name ? [] : [name],
  );
  return {
    text: portable.text,
    form: "class",
    ownName: node.id?.name,
    ...freeNames([rewritten]),
    early: [...new Set([...portable.parent, ...early])],
    hasParent: portable.parent.length > 0,
    isPlainFunction: false,
    anchor: explicit?.type === "MethodDefinition" ? explicit.value.start - offset : 0,
    shift: 0,
  };
}

function keyName(key: Expression | PrivateIdentifier): string {
  return key.type === "Literal" ? String(key.value) : key.type === "Identifier" ? key.name : "";
}

/** V8 puts a function at its opening parenthesis, which comments may precede. */
function openingParenthesis(text: string, from: number): number {
  for (const token of tokenizer(text.slice(from), { ecmaVersion: "latest" }))
    if (token.type.label === "(") return from + token.start;
  return 0;
}

/** Inside a function, where `new.target` is no error, so that it can be refused for what it is. */
const lead = "(function(){(";
const offset = lead.length;
const methodOffset = offset + 1;

function parsed(expression: string): Expression | undefined {
  let program: Program;
  try {
    program = parse(`${lead}${expression}\n)})`, {
      ecmaVersion: "latest",
      allowImportExportEverywhere: true,
      allowSuperOutsideMethod: true,
      checkPrivateFields: false,
    });
  } catch {
    return undefined; // Not of this form: the caller tries the next, and says so when none fits.
  }
  const [outer] = program.body as AnyNode[];
  const wrapper = outer?.type === "ExpressionStatement" ? outer.expression : undefined;
  const inner = wrapper?.type === "FunctionExpression" ? wrapper.body.body[0] : undefined;
  return inner?.type === "ExpressionStatement" ? inner.expression : undefined;
}
