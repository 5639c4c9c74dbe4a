import type { WrittenFunction } from "./function-facts.ts";
import type { FunctionScope } from "./inspector-session.ts";

/** A scope that functions of one message have in common. */
export interface CapturedScope {
  readonly description: string;
  readonly object: Readonly<Record<string, unknown>>;
  readonly scriptId: string;
  readonly outer: CapturedScope | undefined;
  /** Pieces of source that gave a function directly in this scope. */
  readonly literals: Set<string>;
  /** Cells of its variables. */
  readonly cells: Map<string, number>;
}

/**
 * Tells which functions share a scope, so that they share its variables afterwards too. V8 shows copies of scopes,
 * never their identity, therefore it is inferred: same script and kind, same scope outside, same variables with the
 * same values at this moment, and no function yet from the same piece of source directly inside (two counters made by
 * one factory, both at 0, are two). It matters only for variables that a travelling function assigns to.
 */
export class CapturedScopes {
  readonly #known: CapturedScope[] = [];

  /** The scopes of a function, innermost first, those of the global object left out. */
  of(written: WrittenFunction, scopes: readonly FunctionScope[]): CapturedScope[] {
    const chain: CapturedScope[] = [];
    for (const [index, scope] of [...scopes.entries()].reverse()) {
      if (scope.description.startsWith("Global")) continue;
      chain.unshift(this.#scope(scope, written, chain[0], index === 0));
    }
    chain[0]?.literals.add(written.literal);
    return chain;
  }

  #scope(
    scope: FunctionScope,
    written: WrittenFunction,
    outer: CapturedScope | undefined,
    isInnermost: boolean,
  ): CapturedScope {
    const { scriptId, literal } = written;
    const known = this.#known.find(
      (one) =>
        one.outer === outer &&
        one.description === scope.description &&
        one.scriptId === scriptId &&
        !(isInnermost && !isOnly(scope) && one.literals.has(literal)) &&
        (isOnly(scope) || haveSameVariables(one.object, scope.object)),
    );
    if (known) return known;
    const made = { ...scope, scriptId, outer, literals: new Set<string>(), cells: new Map<string, number>() };
    this.#known.push(made);
    return made;
  }
}

/** A script has one scope of these kinds. */
const isOnly = ({ description }: FunctionScope): boolean => description === "Module" || description === "Script";

function haveSameVariables(one: CapturedScope["object"], other: CapturedScope["object"]): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && Object.is(peek(one, name), peek(other, name)))
  );
}

/** A variable that is not initialised yet throws when read (Node 24). */
function peek(variables: CapturedScope["object"], name: string): unknown {
  try {
    return variables[name];
  } catch {
    return peek;
  }
}
