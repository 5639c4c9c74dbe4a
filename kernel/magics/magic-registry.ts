import { nearest } from "../../cli/nearest.ts";
import { UsageError } from "../../cli/usage-error.ts";

/** One use of a magic, with where it stands, so that errors can point at it. */
export interface MagicUse {
  /** As typed, without `%`. */
  readonly name: string;
  /** What follows the name on its line. */
  readonly rest: string;
  /** `rest` again, at the line and column where it stands in the cell: the blanks before keep the place. */
  readonly placed: string;
}

/** What a magic gives; boxed, for a promise must not settle with an AsyncResult: it would await it. */
export interface MagicValue {
  readonly value: unknown;
}

export interface Magic {
  /** One line for `%lsmagic` and the inspector. */
  readonly summary: string;
  /** Flags for completion. */
  readonly flags: readonly string[];
  /** What is called for `%name …`; nothing given is a line without a value. */
  readonly line?: (use: MagicUse) => Promise<MagicValue | undefined>;
  /** What is called for `%%name …` with the lines below. */
  readonly cell?: (use: MagicUse, body: string) => Promise<MagicValue | undefined>;
}

/** A magic that does not exist. */
class UnknownMagic extends UsageError {
  override name = "UnknownMagic";
}

/** Magics that a Client brings: before the first one, their names explain what to do. */
const broughtByClient = /^(?:px(?:result|config)?|autopx)(?:_\w+)?$/;
const parallelNames = { line: ["px", "pxresult", "pxconfig", "autopx"], cell: ["px"] } as const;

/** The magics of a kernel, by name. */
export class MagicRegistry {
  readonly #magics = new Map<string, Magic>();

  /** Later ones replace earlier ones of the same name. */
  add(magics: Readonly<Record<string, Magic>>): void {
    for (const [name, magic] of Object.entries(magics)) this.#magics.set(name, magic);
  }

  get(name: string): Magic | undefined {
    return this.#magics.get(name);
  }

  /** Whether a line that begins with `%name` is a magic even where an expression could go on. */
  isLineMagic(name: string): boolean {
    return this.#magics.get(name)?.line !== undefined || broughtByClient.test(name);
  }

  /** Names of the line or cell magics, in alphabetical order. */
  names(kind: "line" | "cell"): readonly string[] {
    return [...this.#magics].flatMap(([name, magic]) => (magic[kind] ? [name] : [])).sort();
  }

  /** @throws {UnknownMagic} naming what was probably meant */
  lookUp<Kind extends "line" | "cell">(name: string, kind: Kind): NonNullable<Magic[Kind]> {
    const magic = this.#magics.get(name);
    const call = magic?.[kind];
    if (call) return call;
    throw new UnknownMagic(this.#explain(name, kind, magic));
  }

  #explain(name: string, kind: "line" | "cell", magic: Magic | undefined): string {
    const typed = `${kind === "line" ? "%" : "%%"}${name}`;
    const other = kind === "line" ? `%%${name}` : `%${name}`;
    if (magic) return `${typed} does not exist, ${other} does: write ${other}.`;
    if (broughtByClient.test(name) && !this.#magics.has("px"))
      return `${typed} needs engines: connect first, with \`import { Client } from "tsparallel"; const rc = await Client.connect()\`.`;
    const meant = nearest(name, [...this.names(kind), ...parallelNames[kind]]);
    const prefix = kind === "line" ? "%" : "%%";
    return `There is no magic ${typed}${meant ? `: did you mean ${prefix}${meant}?` : "."} %lsmagic lists them all.`;
  }
}
