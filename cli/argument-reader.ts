import { readTrait, readTraitText } from "./config/trait-values.ts";
import { nearest } from "./nearest.ts";
import { type OptionShape, optionShapes, readValue } from "./option-shape.ts";
import { type Program, seeHelp } from "./program.ts";
import { UsageError } from "./usage-error.ts";

/** A trait of a Python peer: `--Class.trait`. */
const traitPattern = /^--[A-Z]\w*(\.\w+)+(=|$)/;
const helpWords = new Set(["--help", "-h", "--help-all"]);

/** Walks over the words of one command line, collecting values by option name. */
export class ArgumentReader {
  readonly given: Record<string, unknown> = {};
  readonly warnings: string[] = [];
  readonly #program: Program;
  readonly #shapes: readonly OptionShape[];
  readonly #words: string[];
  #positionals = 0;

  constructor(program: Program, argv: readonly string[]) {
    this.#program = program;
    this.#shapes = optionShapes(program.options);
    this.#words = [...argv];
  }

  /** Stops at a request for help or the version. */
  read(): "help" | "version" | "run" {
    for (let word = this.#words.shift(); word !== undefined; word = this.#words.shift()) {
      if (helpWords.has(word)) return "help";
      if (word === "--version") return "version";
      this.#readWord(word);
    }
    return "run";
  }

  #readWord(word: string): void {
    if (word === "--") for (const rest of this.#words.splice(0)) this.#readPositional(rest);
    else if (traitPattern.test(word)) this.#readTrait(word);
    else if (word.startsWith("--")) this.#readLong(word);
    else if (/^-[A-Za-z]/.test(word)) this.#readShort(word);
    else this.#readPositional(word);
  }

  #readLong(word: string): void {
    const [name, value] = splitAtEquals(word);
    const flag = name.slice(2);
    const shape = this.#find(flag);
    const negated = flag.startsWith("no-") ? this.#find(flag.slice(3)) : undefined;
    const shorthand = this.#program.flags?.[flag];
    if (shape) this.#set(shape, name, value);
    else if (negated?.kind === "flag" && value === undefined) this.given[negated.key] = false;
    else if (shorthand && value === undefined) Object.assign(this.given, shorthand);
    else throw this.#unknown(name);
  }

  /** `-n 4`, `-n=4` and `-n4`; also `-reuse`, as the manual of IPython Parallel writes once. */
  #readShort(word: string): void {
    const name = word.slice(0, 2);
    const shape = this.#find(name.slice(1));
    const rest = word.slice(2).replace(/^=/, "");
    if (shape) this.#set(shape, name, rest === "" ? undefined : rest);
    else if (word.length > 2) this.#readLong(`-${word}`);
    else throw this.#unknown(word);
  }

  /** A trait of a flag may stand alone. */
  #readTrait(word: string): void {
    const [name, text] = splitAtEquals(word);
    const trait = name.slice(2);
    const isFlag = this.#shapes.some(({ key, kind }) => kind === "flag" && key === this.#program.traits?.[trait]);
    const [next] = this.#words;
    const isItsValue = next !== undefined && (isFlag ? /^(?:true|false)$/i.test(next) : !next.startsWith("--"));
    const value = text ?? (isItsValue ? this.#words.shift() : undefined) ?? "True";
    const { values, warnings } = readTrait(this.#program, trait, readTraitText(value));
    Object.assign(this.given, values);
    this.warnings.push(...warnings.map((warning) => `--${warning}`));
  }

  #readPositional(word: string): void {
    const keys = this.#program.positional ?? [];
    const shape = this.#shapes.find((candidate) => candidate.key === keys[this.#positionals]);
    if (!shape) throw new UsageError(`Unexpected argument "${word}". ${seeHelp(this.#program)}`);
    if (shape.kind !== "list") this.#positionals++;
    this.#set(shape, word, word);
  }

  #set(shape: OptionShape, name: string, text: string | undefined): void {
    if (shape.kind === "flag" && text === undefined) {
      this.given[shape.key] = true;
      return;
    }
    const value = readValue(shape, text ?? this.#nextValue(shape, name));
    const before = this.given[shape.key];
    // A list option may be repeated: each adds to the ones before.
    this.given[shape.key] = shape.kind === "list" && Array.isArray(before) ? before.concat(value) : value;
  }

  #nextValue(shape: OptionShape, name: string): string {
    const next = this.#words.shift();
    if (next === undefined || next.startsWith("--"))
      throw new UsageError(`${name} needs a value: ${name} ${shape.placeholder}. ${seeHelp(this.#program)}`);
    return next;
  }

  #find(name: string): OptionShape | undefined {
    const key = this.#program.aliases?.[name];
    return this.#shapes.find((shape) => shape.key === key || shape.flag === name);
  }

  #unknown(name: string): UsageError {
    const flags = this.#shapes.flatMap(({ flag, kind }) =>
      kind === "flag" ? [`--${flag}`, `--no-${flag}`] : [`--${flag}`],
    );
    const others = Object.keys({ ...this.#program.aliases, ...this.#program.flags }).map((other) =>
      other.length === 1 ? `-${other}` : `--${other}`,
    );
    const meant = nearest(name, [...flags, ...others, "--help", "--version"]);
    return new UsageError(
      `Unknown option ${name}${meant ? `: did you mean ${meant}?` : "."} ${seeHelp(this.#program)}`,
    );
  }
}

function splitAtEquals(word: string): [name: string, value: string | undefined] {
  const equals = word.indexOf("=");
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}
