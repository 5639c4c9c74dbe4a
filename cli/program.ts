import type { z } from "zod";

type Key<Schema extends z.ZodObject> = Extract<keyof z.infer<Schema>, string>;

/** A program or subcommand as its command line shows it: everything that parsing and `--help` need. */
export interface Program<Schema extends z.ZodObject = z.ZodObject> {
  /** As typed: `ipcontroller`, `ipcluster start`. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** A strict object: types, defaults and descriptions of all options. `engineCount` becomes `--engine-count`. */
  readonly options: Schema;
  /** Other names of options: one letter gives `-n`, more give `--name`. */
  readonly aliases?: Readonly<Record<string, Key<Schema>>>;
  /** Options that are also filled by words without dashes, in this order; a list takes all that are left. */
  readonly positional?: readonly Key<Schema>[];
  /** Flags that stand for values of other options: `{ debug: { logLevel: "debug" } }`. */
  readonly flags?: Readonly<Record<string, z.input<Schema>>>;
  /** Traits of Python peers that are options here: `{ "HeartMonitor.period": "ping" }`. Other traits only warn. */
  readonly traits?: Readonly<Record<string, TraitMeaning<Key<Schema>>>>;
  /** Classes whose traits stand under another class in `traits`, because they inherit them or had an older name. */
  readonly traitClasses?: Readonly<Record<string, { readonly today: string; readonly isOld: boolean }>>;
  /** Headings of `--help` and the options below each; what is left out comes first, under "Options". */
  readonly groups?: Readonly<Record<string, readonly Key<Schema>[]>>;
  /** Whole command lines, each shown in `--help`. */
  readonly examples?: readonly string[];
  readonly version: string;
}

/** An option of the same value, options that are made of the value, or none and why. */
export type TraitMeaning<OptionKey extends string = string> =
  | OptionKey
  | { readonly read: (value: unknown) => Readonly<Partial<Record<OptionKey, unknown>>> }
  | { readonly ignored: string };

export const seeHelp = (program: { readonly name: string }): string => `See \`${program.name} --help\`.`;
