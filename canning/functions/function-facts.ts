import { types } from "node:util";
import { CanningError } from "../canning-error.ts";
import type { FreeName } from "./free-names.ts";
import { type FunctionSource, functionSource } from "./function-source.ts";
import { type FunctionScope, type InspectedFunction, inspectFunction } from "./inspector-session.ts";
import { originalColumn } from "./original-places.ts";
import { type ScriptOrigin, scriptOrigin, scriptUrl } from "./script-urls.ts";

/** Where a function was written: file name or cell as stack traces show it, line and column from 0. */
export interface Place {
  readonly filename: string;
  readonly line: number;
  readonly column: number;
}

/** What never changes about a function of the user's, found once. */
export interface WrittenFunction {
  readonly kind: "user";
  readonly source: FunctionSource;
  readonly isStrict: boolean;
  readonly place: Place;
  readonly scriptId: string;
  /** The same for all functions that one piece of source gave. */
  readonly literal: string;
  /** Its free names that a scope around it declares; the others are never looked for there again. */
  readonly closed: readonly FreeName[];
  /** The rest: globals, and names that exist nowhere yet. */
  readonly open: readonly FreeName[];
  /** Those of `closed` that were globals where it was written, captured for a process that had none. */
  readonly fallbacks: ReadonlySet<string>;
}

/** A function that is not the user's, or whose source V8 does not give. */
export type ForeignFunction = { readonly kind: "native" } | Exclude<ScriptOrigin, { kind: "user" }>;

/** What is known of a function that was compiled from a message, and cannot be found by looking at it. */
export interface Arrival {
  readonly place: Place;
  readonly isStrict: boolean;
  readonly fallbacks: ReadonlySet<string>;
}

const facts = new WeakMap<object, WrittenFunction | ForeignFunction>();
const arrivals = new WeakMap<object, Arrival>();

export function rememberArrival(compiled: object, arrival: Arrival): void {
  arrivals.set(compiled, arrival);
}

/** @throws {CanningError} with the reason alone, when a function of the user's cannot travel */
export function functionFacts(subject: object): WrittenFunction | ForeignFunction {
  fresh = undefined;
  const known = facts.get(subject);
  if (known) return known;
  if (types.isProxy(subject)) throw new CanningError("it is a Proxy; send the function behind it");
  const text = Function.prototype.toString.call(subject);
  const found = twins.get(text) ?? find(subject, text);
  facts.set(subject, found);
  if (found.kind === "user" && mayHaveTwins(found)) rememberTwin(text, found);
  return found;
}

/**
 * Functions without an outside, by their text, met in this turn of the event loop. A loop that sends `() => …` a
 * thousand times makes as many functions of one piece of source, and V8 takes 0.06 ms to tell where one was written,
 * ten times what the rest takes. Two pieces of source of one text in one turn get the place of the first.
 */
const twins = new Map<string, WrittenFunction>();

/** Scopes of the function whose facts were just found, for its variables are wanted next. */
let fresh: { readonly subject: object; readonly scopes: readonly FunctionScope[] } | undefined;

/** The scopes around a function, with their variables as they are now. To be called right after `functionFacts`. */
export function takeScopes(subject: object): readonly FunctionScope[] {
  const scopes = fresh?.subject === subject ? fresh.scopes : inspectFunction(subject).scopes;
  fresh = undefined;
  return scopes;
}

/** An arrow function that uses no name from outside. */
const mayHaveTwins = ({ source }: WrittenFunction): boolean =>
  !source.isPlainFunction && source.form === "expression" && source.names.every(({ name }) => name === "undefined");

function rememberTwin(text: string, found: WrittenFunction): void {
  if (twins.size === 0) setImmediate(() => twins.clear());
  twins.set(text, found);
}

function find(subject: object, text: string): WrittenFunction | ForeignFunction {
  const inspected = inspectFunction(subject);
  if (!inspected.location || /\{\s*\[native code\]\s*\}$/.test(text)) return { kind: "native" };
  const arrival = arrivals.get(subject);
  const url = arrival ? "" : scriptUrl(inspected.location.scriptId);
  const origin = scriptOrigin(url);
  if (origin.kind !== "user") return origin;
  const { location } = inspected;
  const name = functionName(subject);
  const source = functionSource(text, name);
  if (source.problem) throw new CanningError(`${source.problem}; pass what it needs as arguments`);
  const isDeclared = declaredIn(inspected);
  const closed = source.names.filter(isDeclared);
  if (closed.length > 0) fresh = { subject, scopes: inspected.scopes };
  return {
    kind: "user",
    source,
    isStrict: arrival?.isStrict ?? isStrict(subject, source, inspected, url),
    place: arrival?.place ?? placeOf(text, source, location, url || `<${name || "function"}>`),
    scriptId: location.scriptId,
    literal: `${location.scriptId}:${location.line}:${location.column}`,
    closed,
    open: source.names.filter((free) => !isDeclared(free)),
    fallbacks: arrival?.fallbacks ?? new Set(),
  };
}

/** Its `name` where that is text, as it is unless a class has a static member of that name. */
export function functionName(subject: object): string {
  const name = Object.getOwnPropertyDescriptor(subject, "name")?.value as unknown;
  return typeof name === "string" ? name : "";
}

/** `require` is every process's own. */
const neverClosed = new Set(["require"]);

function declaredIn({ scopes }: InspectedFunction): (free: FreeName) => boolean {
  const around = scopes.filter(({ description }) => !isGlobalScope(description));
  return ({ name }) => !neverClosed.has(name) && around.some(({ object }) => Object.hasOwn(object, name));
}

const isGlobalScope = (description: string): boolean => description.startsWith("Global");

/** Only sloppy plain functions have the property; of others those of ES modules and cells are sure to be strict. */
function isStrict(subject: object, source: FunctionSource, { scopes }: InspectedFunction, url: string): boolean {
  if (source.isPlainFunction) return !Object.hasOwn(subject, "caller");
  return url.startsWith("cell [") || scopes.some(({ description }) => description === "Module");
}

/** From V8's location back to the start of the text. */
function placeOf(
  text: string,
  source: FunctionSource,
  location: NonNullable<InspectedFunction["location"]>,
  filename: string,
): Place {
  const lead = text.slice(0, source.anchor);
  const lines = lead.split("\n").length - 1;
  const line = location.line - lines;
  const at = originalColumn({ filename, line: location.line, column: location.column });
  return { filename, line, column: lines === 0 ? at - lead.length - source.shift : 0 };
}
