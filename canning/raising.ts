import { types } from "node:util";
import type { UserVariables } from "../protocol/host.ts";
import { CanningError } from "./canning-error.ts";
import type { PayloadReader } from "./codecs/codec.ts";
import { revivedError } from "./error-values.ts";
import { FunctionRevival } from "./functions/function-revival.ts";
import { namedValue, type RequireModule } from "./functions/known-modules.ts";
import type { KnownSources } from "./functions/large-sources.ts";
import type { Waits } from "./functions/stoppable-code.ts";
import type { CodeRecord, Contents, Properties, StandInRecord, Table } from "./records.ts";
import { referenceClass } from "./reference.ts";
import { registeredClass } from "./registry.ts";
import { ReferenceResolution } from "./resolve-references.ts";

/** What a value meets where it arrives; each as in `UncanOptions`. */
export interface Surroundings {
  readonly variables?: UserVariables;
  readonly resolvesReferences?: boolean;
  readonly sources?: KnownSources;
  readonly waits?: Waits;
  readonly requireModule: RequireModule;
}

/** Builds a value from what `Lowering` prepared. */
export class Raising {
  readonly #here: Surroundings;
  readonly #objects: (object | undefined)[] = [];

  constructor(here: Surroundings) {
    this.#here = here;
  }

  /** @throws {CanningError} when the record is missing, or is needed before it could be made */
  standIn(index: number): object {
    const object = this.#objects[index];
    if (object) return object;
    throw new CanningError(`cannot read a canned value: record ${index} is missing.`);
  }

  value(reader: PayloadReader): unknown {
    const table = reader.read() as Table | null;
    if (table === null) return reader.read();
    const functions = new FunctionRevival(table, this.#here);
    const read = this.#reading(reader, table);
    const early = new Set(table.early);
    for (const [index, record] of table.records.entries())
      if (!early.has(index)) this.#objects[index] = this.#made(record, undefined, functions);
    for (const index of table.early) {
      const record = table.records[index];
      if (!record) throw new CanningError(`cannot read a canned value: record ${index} is missing.`);
      this.#objects[index] = this.#made(record, read(), functions);
    }
    const contents = read() as Contents;
    const value = read();
    functions.bindAll(contents.cells.map((cell) => (types.isSymbolObject(cell) ? cell.valueOf() : cell)));
    for (const properties of contents.properties) addProperties(this.standIn(properties.record), properties);
    return value;
  }

  /** Gives the values after the table, their references resolved where that is wanted. */
  #reading(reader: PayloadReader, { records }: Table): () => unknown {
    const { variables, resolvesReferences } = this.#here;
    const hasReferences = records.some((record) => record.kind === "instance" && record.className === referenceClass);
    if (!resolvesReferences || !variables || !hasReferences) return () => reader.read();
    const references = new ReferenceResolution(variables);
    return () => references.resolve(reader.read());
  }

  #withSource(record: CodeRecord): CodeRecord {
    const { sources } = this.#here;
    return sources && record.hash !== undefined ? { ...record, text: sources.read(record) } : record;
  }

  #made(record: StandInRecord, early: unknown, functions: FunctionRevival): object {
    switch (record.kind) {
      case "code":
        return functions.revive(this.#withSource(record), (early ?? []) as readonly unknown[]);
      case "named":
        return namedValue(record.name, this.#here.requireModule);
      case "instance":
        return registeredClass(record.className).uncan(early);
      case "symbol":
        return Object(record.isRegistered ? Symbol.for(record.key) : Reflect.get(Symbol, record.key)) as object;
      case "error":
        return revivedError(record);
    }
  }
}

function addProperties(object: object, { enumerable, hidden, prototype }: Properties): void {
  for (const [key, value] of Object.entries(enumerable)) define(object, key, value, true);
  for (const [key, value] of Object.entries(hidden)) define(object, key, value, false);
  const ownPrototype = Object.getOwnPropertyDescriptor(object, "prototype")?.value as object | undefined;
  if (ownPrototype) for (const [key, value] of Object.entries(prototype)) define(ownPrototype, key, value, true);
}

function define(object: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
}
