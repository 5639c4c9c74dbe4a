import type { UserVariables } from "../../protocol/host.ts";
import type { CodeRecord, Table } from "../records.ts";
import { type Bind, makeFunction } from "./compiled-code.ts";
import { rememberArrival } from "./function-facts.ts";
import { requireFromHere } from "./known-modules.ts";
import type { Waits } from "./stoppable-code.ts";

/** How a free name gets its value here. */
type Source =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "cell"; readonly cell: number }
  | { readonly kind: "shared"; readonly cell: number };

/** What functions meet where they arrive; each as in `UncanOptions`. */
interface Here {
  readonly variables?: UserVariables;
  readonly waits?: Waits;
}

/** Makes functions of records; their variables get values when `bindAll` is called. */
export class FunctionRevival {
  readonly #variables: UserVariables | undefined;
  readonly #waits: Waits | undefined;
  readonly #live: ReadonlySet<number>;
  readonly #tooLarge: ReadonlyMap<number, number>;
  readonly #bindings: { readonly bind: Bind; readonly sources: readonly Source[] }[] = [];
  /** Values of cells, and the variables themselves for those that functions share. */
  #cells: unknown[] = [];

  constructor(table: Table, { variables, waits }: Here) {
    this.#variables = variables;
    this.#waits = waits;
    this.#live = new Set(table.live);
    this.#tooLarge = new Map(table.tooLarge);
  }

  /** @param early values of `record.early` */
  revive(record: CodeRecord, early: readonly unknown[]): object {
    const sources = this.#sources(record);
    for (const [index, name] of record.early.entries())
      if (!sources.has(name)) sources.set(name, { kind: "value", value: early[index] });
    const own = [...sources].filter(([, source]) => source.kind !== "shared");
    const initial = own.map(([name, source]) =>
      source.kind === "value" ? source.value : early[record.early.indexOf(name)],
    );
    const [made, bind] = makeFunction(
      { record, names: own.map(([name]) => name), shared: this.#shared(sources), waits: this.#waits },
      initial,
    );
    if (bind && own.some(([, { kind }]) => kind === "cell"))
      this.#bindings.push({ bind, sources: own.map(([, source]) => source) });
    nameAs(made, record.name);
    rememberArrival(made, {
      place: record.place,
      isStrict: record.isStrict,
      fallbacks: new Set(record.fallbacks.map(([name]) => name)),
    });
    return made;
  }

  bindAll(cells: readonly unknown[]): void {
    this.#cells = [...cells];
    for (const { bind, sources } of this.#bindings)
      bind(sources.map((source) => (source.kind === "value" ? source.value : this.#cells[source.cell])));
  }

  #sources(record: CodeRecord): Map<string, Source> {
    const sources = new Map<string, Source>();
    for (const name of record.open) {
      const value = this.#shadow(name) ?? builtinOf(name, this.#variables);
      if (value) sources.set(name, value);
    }
    for (const [name, cell] of record.fallbacks) {
      const source = this.#has(name) ? this.#shadow(name) : this.#cell(cell);
      if (source) sources.set(name, source);
    }
    for (const [name, cell] of record.closed) sources.set(name, this.#cell(cell));
    return sources;
  }

  #cell(cell: number): Source {
    return { kind: this.#live.has(cell) || this.#tooLarge.has(cell) ? "shared" : "cell", cell };
  }

  #has(name: string): boolean {
    return this.#variables ? this.#variables.has(name) : name in globalThis;
  }

  /** The value of a variable of the user's that is no property of the global object, where a built-in has its name. */
  #shadow(name: string): Source | undefined {
    if (!this.#variables?.has(name)) return undefined;
    const value = this.#variables.get(name);
    return Object.is(value, Reflect.get(globalThis, name)) ? undefined : { kind: "value", value };
  }

  #shared(sources: ReadonlyMap<string, Source>): object | undefined {
    const shared: object = Object.create(null) as object;
    for (const [name, source] of sources)
      if (source.kind === "shared") Object.defineProperty(shared, name, this.#access(name, source.cell));
    return Object.keys(shared).length > 0 ? shared : undefined;
  }

  #access(name: string, cell: number): PropertyDescriptor {
    const bytes = this.#tooLarge.get(cell);
    const get = () => {
      if (bytes !== undefined) throw new ReferenceError(missing(name, bytes));
      return this.#cells[cell];
    };
    const set = (value: unknown) => {
      this.#cells[cell] = value;
    };
    return { get, set, enumerable: true };
  }
}

const missing = (name: string, bytes: number): string =>
  `${name} is not defined here, and with ${(bytes / 2 ** 20).toFixed(1)} MiB it was too large to come along: push it first, as in view.push({ ${name} })`;

/** Code of CommonJS modules has `require`; cells and ES modules have not. */
function builtinOf(name: string, variables: UserVariables | undefined): Source | undefined {
  if (name !== "require" || "require" in globalThis || variables?.has(name)) return undefined;
  return { kind: "value", value: requireFromHere };
}

function nameAs(made: object, name: string): void {
  const own = Object.getOwnPropertyDescriptor(made, "name");
  if (own?.value === name || (own === undefined && name === "")) return;
  Object.defineProperty(made, "name", { value: name, configurable: true });
}
