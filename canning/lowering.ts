import { types } from "node:util";
import { CanningError, describePath, type Step } from "./canning-error.ts";
import type { Payload } from "./codecs/codec.ts";
import { errorProperties, errorRecord } from "./error-values.ts";
import { nameOf } from "./functions/builtin-names.ts";
import { type CaptureOptions, FunctionCapture } from "./functions/function-capture.ts";
import { functionName } from "./functions/function-facts.ts";
import { nameOfNamespace } from "./functions/known-modules.ts";
import { GraphWalk, type Visitor } from "./graph-walk.ts";
import type { Contents, Properties, StandInRecord, Table } from "./records.ts";
import { registeredClassOf } from "./registry.ts";

/**
 * Prepares one value for a codec: what codecs cannot write becomes a stand-in with a record. A value that needs none
 * is not copied.
 */
export class Lowering implements Visitor {
  readonly #walk = new GraphWalk(this);
  readonly #capture: FunctionCapture;
  readonly #records: StandInRecord[] = [];
  readonly #properties: Properties[] = [];
  /** Records that wait for a value before they can be made, in the order in which they can; and these values. */
  readonly #early: { readonly record: number; readonly value: unknown }[] = [];
  /** Objects whose early value is being prepared: to meet one again is a cycle that nobody could build. */
  readonly #unfinished = new Set<object>();
  readonly #standIns = new Map<object, object>();
  readonly #indices = new Map<object, number>();
  /** The function whose variables are being walked. */
  #owner: string | undefined;

  constructor(options: CaptureOptions) {
    this.#capture = new FunctionCapture(this, options);
  }

  /** @throws {CanningError} naming what cannot travel, and why */
  payload(value: unknown): Payload {
    const walked = this.#walk.walk(value);
    const values = this.#records.length === 0 ? [null, walked] : [...this.#recorded(), walked];
    return { values, standIns: this.#indices, arrayBuffers: this.#walk.arrayBuffers };
  }

  #recorded(): unknown[] {
    const { cells, live, tooLarge } = this.#capture.finish();
    const table: Table = { records: this.#records, early: this.#early.map(({ record }) => record), live, tooLarge };
    const contents: Contents = { cells, properties: this.#properties };
    return [table, ...this.#early.map(({ value }) => value), contents];
  }

  standIn(value: object): object | undefined {
    const known = this.#standIns.get(value);
    if (known) {
      if (this.#unfinished.has(value)) this.refuse("it is part of what it is made of");
      return known;
    }
    const name = nameOf(value);
    if (name) return this.add(value, { kind: "named", name });
    if (typeof value === "function") return this.#function(value);
    if (types.isNativeError(value) || value instanceof DOMException) return this.#error(value);
    if (types.isModuleNamespaceObject(value)) return this.#namespace(value);
    return this.#instance(value);
  }

  /** Gives an object a record and something to stand for it. */
  add(value: object, record: StandInRecord): object {
    const standIn = new Uint8Array(0);
    this.#standIns.set(value, standIn);
    this.#indices.set(standIn, this.#records.push(record) - 1);
    return standIn;
  }

  /** Puts off the making of a record until the value is there; walks the value, which may add others before it. */
  addEarly(value: object, record: StandInRecord, earlyValue: () => unknown): object {
    const standIn = this.add(value, record);
    this.#unfinished.add(value);
    const early = this.#walk.walk(earlyValue());
    this.#unfinished.delete(value);
    this.#early.push({ record: this.#records.indexOf(record), value: early });
    return standIn;
  }

  /** Properties to put on an object once everything is there. */
  addProperties(standIn: object, properties: Partial<Omit<Properties, "record">>): void {
    const record = this.#indices.get(standIn) ?? -1;
    const walked = (values: Readonly<Record<string, unknown>> = {}) =>
      this.#walk.walk(values) as Record<string, unknown>;
    this.#properties.push({
      record,
      enumerable: walked(properties.enumerable),
      hidden: walked(properties.hidden),
      prototype: walked(properties.prototype),
    });
  }

  /** Walks a variable of a function; what is refused in it is told as that function's. */
  walkVariable(owner: string, name: string, value: unknown): unknown {
    return this.#within(owner, [name], () =>
      typeof value === "symbol" ? this.#symbol(value) : this.#walk.walk(value),
    );
  }

  /** As a variable, a symbol that every process has travels: `Symbol.iterator`, `Symbol.for("key")`. */
  #symbol(value: symbol): object {
    const key = Symbol.keyFor(value);
    const wellKnown = Object.getOwnPropertyNames(Symbol).find((name) => Reflect.get(Symbol, name) === value);
    if (key === undefined && wellKnown === undefined)
      this.refuse("a symbol means nothing in another process; use Symbol.for(key)");
    return this.add(Object(value) as object, {
      kind: "symbol",
      isRegistered: key !== undefined,
      key: key ?? wellKnown ?? "",
    });
  }

  /** Runs something on behalf of a function that is being sent. */
  #within<T>(owner: string, path: Step[], run: () => T): T {
    const before = { owner: this.#owner, path: this.#walk.path };
    this.#owner = owner;
    this.#walk.path = path;
    const result = run();
    this.#owner = before.owner;
    this.#walk.path = before.path;
    return result;
  }

  refuse(reason: string): never {
    const place = describePath(this.#walk.path);
    if (this.#owner !== undefined)
      throw new CanningError(
        `cannot send function ${quoted(this.#owner)}: its variable ${place} cannot travel: ${reason}.`,
      );
    throw new CanningError(`cannot send ${place || "the value"}: ${reason}.`);
  }

  #function(value: object): object {
    try {
      return this.#capture.place(value);
    } catch (error) {
      if (!(error instanceof CanningError) || error.message.startsWith("cannot ")) throw error;
      const through = this.#owner === undefined ? "" : ` (a variable of function ${quoted(this.#owner)})`;
      const { cause } = error;
      const message = `cannot send function ${quoted(functionName(value))}${through}: ${error.message}.`;
      throw new CanningError(message, cause === undefined ? {} : { cause });
    }
  }

  #error(value: Error): object {
    const standIn = this.add(value, errorRecord(value));
    this.addProperties(standIn, errorProperties(value));
    return standIn;
  }

  #namespace(value: object): object | undefined {
    const name = nameOfNamespace(value);
    return name && this.add(value, { kind: "named", name });
  }

  #instance(value: object): object | undefined {
    const entry = registeredClassOf(value);
    if (entry && "reason" in entry) this.refuse(entry.reason);
    return entry && this.addEarly(value, { kind: "instance", className: entry.name }, () => entry.can(value));
  }
}

const quoted = (name: string): string => (name === "" ? "(anonymous)" : `"${name}"`);
