import { runInThisContext } from "node:vm";
import type { Host } from "../../protocol/host.ts";

/** What must hold on an engine before it runs a function. */
export type Condition =
  /** A module is there; it becomes the variable `name`. */
  | { readonly kind: "module"; readonly name: string; readonly specifier: string }
  /** A variable has this value. */
  | { readonly kind: "variable"; readonly name: string; readonly value: unknown }
  /** A function does not return `false`. */
  | { readonly kind: "check"; readonly check: AnyFunction; readonly args: readonly unknown[] };

export type AnyFunction = (...args: never[]) => unknown;

type Callable = (...args: unknown[]) => unknown;

/**
 * A function that sees to its conditions where an engine runs it, and elsewhere is just `f`. It is sent by its source:
 * nothing from outside, and all in one function, as each one with variables of its own costs 0.1 ms to send. No variable of
 * an engine may have the names of these two: `interactive` looks there first.
 */
function makeConditional($tsparallelFunction: Callable, $tsparallelConditions: readonly Condition[]): Callable {
  return (...given) => {
    const host = (globalThis as { [key: symbol]: Host | undefined })[Symbol.for("tsparallel.host")];
    if (host?.kind !== "engine") return $tsparallelFunction(...given);
    const unmet = (why: string, cause?: unknown) =>
      Object.assign(new Error(why, { cause }), { name: "UnmetDependency" });
    const describe = (error: unknown) => (error instanceof Error ? error.message.split("\n")[0] : String(error));
    const absent = (specifier: string, error: unknown) =>
      unmet(`module "${specifier}" cannot be imported here: ${describe(error)}`, error);
    const keep = (name: string, exports: unknown): void => {
      const { default: main, __esModule: isCompiled } = exports as { default?: unknown; __esModule?: unknown };
      const isModule = isCompiled === true || Object.prototype.toString.call(exports) === "[object Module]";
      host.variables.set(name, isModule && main !== undefined ? main : exports);
    };
    const load = (name: string, specifier: string): unknown => {
      try {
        return keep(name, (Reflect.get(globalThis, "require") as NodeJS.Require)(specifier));
      } catch (error) {
        // What has a top-level await can only be imported, and so can TypeScript.
        const isLater = (error as { code?: unknown }).code === "ERR_REQUIRE_ASYNC_MODULE" || specifier.endsWith("ts");
        if (!isLater || !host.importModule) throw absent(specifier, error);
        return host.importModule(specifier).then(
          (exports) => keep(name, exports),
          (reason: unknown) => Promise.reject(absent(specifier, reason)),
        );
      }
    };
    const shown = (arg: unknown) => (Object(arg) === arg ? "…" : String(arg));
    const verdict = (check: AnyFunction, args: readonly unknown[], met: unknown): void => {
      if (met === false) throw unmet(`${check.name || "the check"}(${args.map(shown).join(", ")}) returned false here`);
    };
    const meet = (condition: Condition): unknown => {
      if (condition.kind === "module") return load(condition.name, condition.specifier);
      if (condition.kind === "variable") return host.variables.set(condition.name, condition.value);
      const { check, args } = condition;
      const met = (check as Callable)(...args);
      return met instanceof Promise ? met.then((value) => verdict(check, args, value)) : verdict(check, args, met);
    };
    // Without a promise among the conditions there is none around the result either.
    const from = (index: number): unknown => {
      for (let at = index; at < $tsparallelConditions.length; at++) {
        const step = meet($tsparallelConditions[at] as Condition);
        if (step instanceof Promise) return step.then(() => from(at + 1));
      }
      return $tsparallelFunction(...given);
    };
    return from(0);
  };
}

/** As a function of this module it would travel by name; from a script of its own it travels as users' functions do. */
const conditional = runInThisContext(`(${makeConditional.toString()})`, {
  filename: "tsparallel:conditions",
}) as typeof makeConditional;

const known = new WeakMap<object, { readonly f: AnyFunction; readonly conditions: readonly Condition[] }>();

/**
 * `f` with conditions in front of those that it has already. It keeps its name, and travels like any function.
 * @returns on an engine what `f` returns, or a promise of it where a condition takes time
 */
export function withConditions<F extends AnyFunction>(f: F, more: readonly Condition[]): F {
  const inner = known.get(f) ?? { f, conditions: [] };
  const conditions = [...more, ...inner.conditions];
  const wrapped = conditional(inner.f as Callable, conditions);
  Object.defineProperties(wrapped, {
    name: { value: f.name, configurable: true },
    length: { value: f.length, configurable: true },
  });
  known.set(wrapped, { f: inner.f, conditions });
  return wrapped as AnyFunction as F;
}

/** Names that become variables of an engine before it runs a function: these count, not what the sender has. */
export function requiredNames(f: unknown): readonly string[] {
  const conditions = (typeof f === "function" && known.get(f)?.conditions) || [];
  return conditions.flatMap((condition) => (condition.kind === "check" ? [] : [condition.name]));
}
