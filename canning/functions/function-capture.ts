import type { UserVariables } from "../../protocol/host.ts";
import { CanningError } from "../canning-error.ts";
import type { CodeRecord, Properties, StandInRecord, Table, Variable } from "../records.ts";
import { valueSize } from "../value-size.ts";
import { isBuiltinGlobal, nameOfBuiltin } from "./builtin-names.ts";
import { type CapturedScope, CapturedScopes } from "./captured-scopes.ts";
import type { FreeName } from "./free-names.ts";
import {
  type ForeignFunction,
  functionFacts,
  functionName,
  takeScopes,
  type WrittenFunction,
} from "./function-facts.ts";
import { isInteractive } from "./interactive.ts";
import { nameOfLibraryExport } from "./known-modules.ts";
import type { SentSources } from "./large-sources.ts";
import { portableVariable } from "./portable-variable.ts";

/** A captured variable larger than this is refused: sent with every call, it would be felt. */
const largestCapture = 1024 * 1024;

/** Each as in `CanOptions`. */
export interface CaptureOptions {
  readonly variables?: UserVariables;
  readonly sources?: SentSources;
}

/** What capturing needs of the lowering that it is a part of. */
export interface Lowerer {
  add(value: object, record: StandInRecord): object;
  addEarly(value: object, record: StandInRecord, earlyValue: () => unknown): object;
  addProperties(standIn: object, properties: Partial<Omit<Properties, "record">>): void;
  walkVariable(owner: string, name: string, value: unknown): unknown;
}

/** Where a function stands. */
interface Outside {
  readonly chain: readonly CapturedScope[];
  readonly owner: string;
  /** Whether the engine's variables come before those of the scopes. */
  readonly isOpen: boolean;
}

interface Cell {
  readonly name: string;
  readonly owner: string;
  /** Of the sender; walked when all that is directly in the message has been. */
  readonly value: unknown;
  users: number;
  isAssigned: boolean;
  readonly tooLarge: number | undefined;
}

/** Makes records of functions, and cells of the variables that they close over. */
export class FunctionCapture {
  readonly #lowerer: Lowerer;
  readonly #variables: UserVariables | undefined;
  readonly #sources: SentSources | undefined;
  readonly #scopes = new CapturedScopes();
  readonly #globals = new Map<string, number>();
  readonly #cells: Cell[] = [];

  constructor(lowerer: Lowerer, { variables, sources }: CaptureOptions) {
    this.#lowerer = lowerer;
    this.#variables = variables;
    this.#sources = sources;
  }

  /**
   * The stand-in for a function that is met for the first time.
   * @throws {CanningError} with the reason alone, when it cannot travel
   */
  place(subject: object): object {
    const facts = functionFacts(subject);
    return facts.kind === "user" ? this.#written(subject, facts) : this.#foreign(subject, facts);
  }

  /** Walks the values of all cells, those that this brings to light included. */
  finish(): Pick<Table, "live" | "tooLarge"> & { readonly cells: unknown[] } {
    const cells: unknown[] = [];
    // The list grows while it is walked: a captured function has variables of its own.
    for (const { owner, name, value, tooLarge } of this.#cells)
      cells.push(tooLarge === undefined ? this.#lowerer.walkVariable(owner, name, value) : undefined);
    const numbered = [...this.#cells.entries()];
    return {
      cells,
      live: numbered.flatMap(([index, cell]) => (cell.isAssigned && cell.users > 1 ? [index] : [])),
      tooLarge: numbered.flatMap(([index, { tooLarge }]): [number, number][] =>
        tooLarge === undefined ? [] : [[index, tooLarge]],
      ),
    };
  }

  #foreign(subject: object, facts: ForeignFunction): object {
    const name = facts.kind === "library" ? nameOfLibraryExport(subject, facts.file) : nameOfBuiltin(subject);
    if (name) return this.#lowerer.add(subject, { kind: "named", name });
    throw new CanningError(whyNameless(subject, facts));
  }

  #written(subject: object, facts: WrittenFunction): object {
    const owner = functionName(subject);
    const chain = facts.closed.length > 0 ? this.#scopes.of(facts, takeScopes(subject)) : [];
    const isOpen = isInteractive(subject);
    const closed = facts.closed.map((free) => this.#closedVariable(free, facts, { chain, owner, isOpen }));
    const fallbacks = facts.open.flatMap((free) => this.#globalVariable(free, owner));
    const isFallback = ([name]: Variable) => isOpen || facts.fallbacks.has(name);
    const { source } = facts;
    const early = this.#earlyNames(facts, [...closed, ...fallbacks]);
    const record: CodeRecord = {
      kind: "code",
      ...(this.#sources?.write(source) ?? { text: source.text }),
      form: source.form,
      name: functionName(subject),
      ownName: source.ownName,
      isStrict: facts.isStrict,
      place: facts.place,
      early,
      closed: closed.filter((variable) => !isFallback(variable)),
      fallbacks: [...fallbacks, ...closed.filter(isFallback)],
      open: facts.open.flatMap(({ name }) => (fallbacks.some(([known]) => known === name) ? [] : [name])),
    };
    const standIn =
      early.length === 0
        ? this.#lowerer.add(subject, record)
        : this.#lowerer.addEarly(subject, record, () => this.#earlyValues(subject, record, source.hasParent));
    this.#properties(subject, standIn, source.isPlainFunction);
    return standIn;
  }

  /**
   * @throws {CanningError} when a variable is used in a computed key and nowhere else: V8 does not keep those
   */
  #earlyNames({ source, open }: WrittenFunction, known: readonly Variable[]): string[] {
    return source.early.filter((name, index) => {
      if ((source.hasParent && index === 0) || known.some(([variable]) => variable === name)) return true;
      if (isBuiltinGlobal(name) || !open.some((free) => free.name === name)) return false;
      throw new CanningError(
        `it needs "${name}" while the class is defined, which nothing has kept; write the name or value itself`,
      );
    });
  }

  /** The parent class, and variables that are read while the class is defined. */
  #earlyValues(subject: object, record: CodeRecord, hasParent: boolean): unknown[] {
    const variables = new Map([...record.closed, ...record.fallbacks]);
    return record.early.map((name, index) => {
      if (hasParent && index === 0) return Object.getPrototypeOf(subject) as unknown;
      const value = this.#cells[variables.get(name) ?? -1]?.value;
      if (typeof value === "function" && functionFacts(value).kind === "user")
        throw new CanningError(`it calls "${name}" while the class is defined; compute the value before`);
      return value;
    });
  }

  #properties(subject: object, standIn: object, isPlainFunction: boolean): void {
    const enumerable = Object.fromEntries(Object.entries(subject));
    const prototype = isPlainFunction ? prototypeMembers(subject) : {};
    if (Object.keys(enumerable).length + Object.keys(prototype).length > 0)
      this.#lowerer.addProperties(standIn, { enumerable, prototype });
  }

  #closedVariable(free: FreeName, facts: WrittenFunction, { chain, owner, isOpen }: Outside): Variable {
    const scope = chain.find(({ object }) => Object.hasOwn(object, free.name));
    if (!scope) throw new CanningError(`its variable "${free.name}" cannot be found`);
    const known = scope.cells.get(free.name);
    if (known !== undefined) return this.#use(known, free);
    const value = portableVariable(free, valueIn(scope, free.name), {
      scriptId: facts.scriptId,
      isModule: scope.description === "Module",
    });
    const bytes = valueSize(value, largestCapture);
    const isTooLarge = bytes > largestCapture;
    if (isTooLarge && !isOpen)
      throw new CanningError(
        `its variable "${free.name}" is too large to be captured (more than 1 MiB); pass it as an argument, or push it once and use it by name`,
      );
    const cell = this.#addCell(free, owner, value, isTooLarge ? bytes : undefined);
    scope.cells.set(free.name, cell);
    return this.#use(cell, free);
  }

  /** A user's global; none for built-ins and for names that only engines have. */
  #globalVariable(free: FreeName, owner: string): Variable[] {
    const { name } = free;
    const known = this.#globals.get(name);
    if (known !== undefined) return [this.#use(known, free)];
    const found = this.#globalValue(name);
    if (!found) return [];
    const value = portableVariable(free, found.value, { scriptId: "", isModule: false });
    const bytes = valueSize(value, largestCapture);
    // Not refused: the engines may well have it, pushed before.
    const cell = this.#addCell(free, owner, value, bytes > largestCapture ? bytes : undefined);
    this.#globals.set(name, cell);
    return [this.#use(cell, free)];
  }

  #globalValue(name: string): { readonly value: unknown } | undefined {
    if (this.#variables) return this.#variables.has(name) ? { value: this.#variables.get(name) } : undefined;
    if (isBuiltinGlobal(name) || !(name in globalThis)) return undefined;
    return { value: Reflect.get(globalThis, name) as unknown };
  }

  #addCell(free: FreeName, owner: string, value: unknown, tooLarge?: number): number {
    return this.#cells.push({ name: free.name, owner, value, users: 0, isAssigned: false, tooLarge }) - 1;
  }

  #use(index: number, free: FreeName): Variable {
    const cell = this.#cells[index];
    if (cell) {
      cell.users += 1;
      cell.isAssigned ||= free.isAssigned;
    }
    return [free.name, index];
  }
}

function valueIn(scope: CapturedScope, name: string): unknown {
  try {
    return scope.object[name];
  } catch (cause) {
    throw new CanningError(`its variable "${name}" has no value yet; send it after that line has run`, { cause });
  }
}

function whyNameless(subject: object, facts: ForeignFunction): string {
  const name = functionName(subject);
  if (name.startsWith("bound "))
    return "it is bound, and what it is bound to cannot be seen; send an arrow function that calls it";
  if (facts.kind === "library")
    return `it was made inside a library (${facts.file}) and is none of its exports; send a function of your own that calls the library`;
  return "it is native code that engines have under no name; send a function of your own that calls it";
}

/** What old-style constructors put on their prototype. */
function prototypeMembers(subject: object): Record<string, unknown> {
  const prototype = Object.getOwnPropertyDescriptor(subject, "prototype")?.value as unknown;
  if (typeof prototype !== "object" || prototype === null) return {};
  if (Object.getPrototypeOf(prototype) !== Object.prototype)
    throw new CanningError("its prototype inherits from another; write it as a class");
  return Object.fromEntries(Object.entries(prototype));
}
