import { types } from "node:util";
import { nameOfNamespace } from "../../canning/functions/known-modules.ts";
import { type AnyFunction, type Condition, withConditions } from "./conditional.ts";

/** A module by name or as imported here; a function or class; or `{ name: value }`, which may be several. */
export type Requirement = string | AnyFunction | (abstract new (...args: never[]) => unknown) | object;

/**
 * `f`, to be run only where modules can be imported, and with functions and values at hand by name:
 *
 *     const norm = requires(["lodash", double, { limit: 3 }], (xs: number[]) => _.sum(xs.map(double)) < limit);
 *
 * Before `f` runs on an engine, modules become variables there as `require` gives them (`lodash`, of `node:fs/promises`
 * `promises`), functions and classes under their names, values under their keys. A module that cannot be imported is an
 * `UnmetDependency`: a task goes to another engine. Called here, it is `f` alone.
 * @throws {TypeError} when something has no name on engines
 */
export function requires<F extends AnyFunction>(what: Requirement | readonly Requirement[], f: F): F {
  const requirements = Array.isArray(what) ? (what as readonly Requirement[]) : [what as Requirement];
  return withConditions(f, requirements.flatMap(conditionsFor));
}

function conditionsFor(requirement: Requirement): Condition[] {
  if (typeof requirement === "string") return [moduleCondition(requirement)];
  if (typeof requirement === "function") return [functionCondition(requirement)];
  const name = nameOfNamespace(requirement);
  const isWhole = name?.kind === "module" && (name.path.length === 0 || name.path.join() === "default");
  if (isWhole) return [moduleCondition(name.module)];
  if (types.isModuleNamespaceObject(requirement))
    throw new TypeError('The name of this module is not known: give it as text, as in requires(["lodash"], f).');
  return Object.entries(requirement as Readonly<Record<string, unknown>>).map(([key, value]) => ({
    kind: "variable",
    name: key,
    value,
  }));
}

const moduleCondition = (specifier: string): Condition => ({
  kind: "module",
  name: variableOf(specifier),
  specifier,
});

function functionCondition(f: { readonly name: string }): Condition {
  if (f.name === "")
    throw new TypeError("A function without a name cannot be required: write requires({ name: f }, …).");
  return { kind: "variable", name: f.name, value: f };
}

/** `node:os` is `os`, `@scope/some-package` is `somePackage`, `lodash/fp` is `fp`. */
function variableOf(specifier: string): string {
  const last =
    specifier
      .replace(/\.[cm]?[jt]sx?$/, "")
      .split(/[/:]/)
      .at(-1) ?? specifier;
  const name = last.replace(/[^\p{ID_Continue}$]+(.?)/gu, (_, next: string) => next.toUpperCase());
  if (/^[\p{ID_Start}$_]/u.test(name)) return name;
  throw new TypeError(`"${specifier}" gives no name for a variable.`);
}
