import { type AnyNode, type Program, parse } from "acorn";
import { childNodes } from "./declarations.ts";
import { type Insertion, rememberInsertions } from "./original-places.ts";

/** What code awaits instead of its values where its awaits are to be ended from outside. */
export interface Waits {
  /** Counts the waits that begin. */
  turn: number;
  /** What `await` awaits. Its turn is taken before the value is computed: what that awaits inside has later ones. */
  wait(turn: number, value: unknown): unknown;
  /** What `for await` goes through. */
  each(turn: number, values: AsyncIterable<unknown> | Iterable<unknown>): AsyncIterable<unknown>;
}

/** Under what name compiled code knows its `Waits`. */
export const waitsName = "$tsparallelWaits";

const opening = (method: "wait" | "each"): string => `${waitsName}.${method}(${waitsName}.turn++,`;
const closing = `/*${waitsName}*/)`;
const insertions = /\$tsparallelWaits\.\w+\(\$tsparallelWaits\.turn\+\+,|\/\*\$tsparallelWaits\*\/\)/g;

let areTextsRestored = false;

/** Lets code, its inner functions included, await by its `Waits`; lines stay. Without an `await` nothing is parsed. */
export function stoppableCode(code: string, place: { filename: string; line: number; column: number }): string {
  const additions = code.includes("await") ? inserted(code) : [];
  if (additions.length === 0) return code;
  let changed = "";
  let end = 0;
  for (const { at, text } of additions) {
    changed += code.slice(end, at) + text;
    end = at;
  }
  changed += code.slice(end);
  rememberInsertions({ ...place, code: changed, insertions: additions });
  restoreTexts();
  return changed;
}

/** Functions tell, and travel by, the text that their author wrote. */
function restoreTexts(): void {
  if (areTextsRestored) return;
  areTextsRestored = true;
  const value = new Proxy(Function.prototype.toString, {
    apply: (native, subject) => originalText(Reflect.apply(native, subject, []) as string),
  });
  Object.defineProperty(Function.prototype, "toString", { value, writable: true, configurable: true });
}

const originalText = (text: string): string => (text.includes(waitsName) ? text.replace(insertions, "") : text);

function inserted(code: string): Insertion[] {
  const found: Insertion[] = [];
  const program = parsed(code);
  if (program) visit(program, found);
  return found.sort((a, b) => a.at - b.at);
}

function parsed(code: string): Program | undefined {
  try {
    return parse(code, { ecmaVersion: "latest", preserveParens: true });
  } catch {
    // Syntax that V8 alone knows, or nobody: V8 says so when it compiles it.
    return undefined;
  }
}

function visit(node: AnyNode, found: Insertion[]): void {
  if (node.type === "AwaitExpression") enclose(node.argument, "wait", found);
  if (node.type === "ForOfStatement" && node.await) enclose(node.right, "each", found);
  for (const child of childNodes(node)) visit(child, found);
}

function enclose({ start, end }: AnyNode, method: "wait" | "each", found: Insertion[]): void {
  found.push({ at: start, text: opening(method) }, { at: end, text: closing });
}
