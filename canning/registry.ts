import { CanningError } from "./canning-error.ts";

/** A class of objects; abstract ones and private constructors included. */
type Class<T> = { readonly prototype: T; readonly name: string };

/** How instances of a class travel. */
export interface ClassCanning<T> {
  /** The same on both sides, and no other class's. */
  readonly name: string;
  /** What to send for an instance: anything that travels, but not the instance itself within it. */
  can(instance: T): unknown;
  /** Makes an instance of what `can` gave. */
  uncan(canned: unknown): T;
}

interface Entry {
  readonly name: string;
  readonly can: (instance: object) => unknown;
  readonly uncan: (canned: unknown) => object;
}

/** Instances of the class stay in their process. */
interface Stay {
  readonly reason: string;
}

const byPrototype = new Map<object, Entry | Stay>();
const byName = new Map<string, Entry>();

/**
 * Makes instances of a class travel as such; without this an instance arrives as a plain object of its properties.
 * Both sides must register the class, under one name. Subclasses are registered for themselves. Registering a class or
 * a name again replaces what was registered, so that a cell can be run twice.
 */
export function register<T extends object>(of: Class<T>, how: ClassCanning<T>): void {
  const entry: Entry = {
    name: how.name,
    can: (instance) => how.can(instance as T),
    uncan: (canned) => how.uncan(canned),
  };
  byPrototype.set(of.prototype, entry);
  byName.set(how.name, entry);
}

/** Refuses to send instances of a class, which would arrive without what makes them work. The reason names a way out. */
export function keepHere(of: Class<object>, reason: string): void {
  byPrototype.set(of.prototype, { reason });
}

/** How this very object travels, or why not, where its class is registered. */
export function registeredClassOf(instance: object): Entry | Stay | undefined {
  const prototype = Object.getPrototypeOf(instance) as object | null;
  return prototype === null ? undefined : byPrototype.get(prototype);
}

/** @throws {CanningError} when no class is registered under that name */
export function registeredClass(name: string): Entry {
  const entry = byName.get(name);
  if (entry) return entry;
  throw new CanningError(
    `cannot read an instance of "${name}": no class is registered under that name here; run the code that calls register() on this side too.`,
  );
}

// Without enumerable properties of its own, a URL would arrive as an empty object.
register(URL, { name: "URL", can: (url) => url.href, uncan: (href) => new URL(String(href)) });
