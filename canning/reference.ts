import { register } from "./registry.ts";

declare const held: unique symbol;

const dottedPath = /^[\p{ID_Start}$_][\p{ID_Continue}$]*(?:\.[\p{ID_Start}$_][\p{ID_Continue}$]*)*$/u;

/**
 * Stands for a variable of the engine, in arguments and pushed values, however deep in them: each engine puts in what
 * the name holds there when the request arrives. An engine that has none answers with a `ReferenceError`.
 * @typeParam T what the variable holds
 */
export class Reference<T = unknown> {
  readonly name: string;
  /** For the compiler alone. */
  declare readonly [held]?: T;

  /**
   * @param name of a variable, or a path from one: `model.weights`
   * @throws {TypeError} when it is something else
   */
  constructor(name: string) {
    if (!dottedPath.test(name))
      throw new TypeError(`Reference("${name}"): give the name of a variable, or a path such as "model.weights".`);
    this.name = name;
  }
}

/** Name of the class in records. */
export const referenceClass = "Reference";

register<Reference>(Reference, {
  name: referenceClass,
  can: ({ name }) => name,
  uncan: (name) => new Reference(String(name)),
});
