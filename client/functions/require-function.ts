import { inspect } from "node:util";
import { Reference } from "../../canning/reference.ts";

/**
 * Refuses what engines could not call, before it is sent. An engine's own function may be given by a `Reference`.
 * @throws {TypeError} that shows it
 */
export function requireFunction(f: unknown): void {
  if (typeof f === "function" || f instanceof Reference) return;
  const shown = inspect(f, { depth: 0, maxArrayLength: 3, maxStringLength: 40, breakLength: Number.POSITIVE_INFINITY });
  throw new TypeError(
    `Engines call functions, and ${shown} is none: write \`f, x\` instead of \`f(x)\`; code is for \`execute\`.`,
  );
}
