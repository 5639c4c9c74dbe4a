import { nearest } from "../nearest.ts";
import { optionShapes, readValue } from "../option-shape.ts";
import type { Program } from "../program.ts";
import { NotLiteral, parsePythonLiteral } from "./python-literal.ts";

/** What a trait of a Python peer sets here. */
export interface TraitValues {
  /** By option name. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

/**
 * Takes a trait as the options it stands for. `None` sets nothing; a trait that is unknown, or without meaning here,
 * only warns.
 * @param trait `Class.trait`, or longer: traitlets allows the classes around it before
 */
export function readTrait(program: Program, trait: string, value: unknown): TraitValues {
  const { name, oldClass } = todaysName(program, trait);
  const meaning = program.traits?.[name];
  if (meaning === undefined) return { values: {}, warnings: [unknownTrait(program, trait, name)] };
  const warnings = oldClass ? [`${oldClass} is an old name: write ${name}.`] : [];
  if (value === null) return { values: {}, warnings };
  if (typeof meaning === "object") {
    if ("ignored" in meaning)
      return { values: {}, warnings: [...warnings, `${trait} was ignored: ${meaning.ignored}.`] };
    return { values: meaning.read(value), warnings };
  }
  const shape = optionShapes(program.options).find(({ key }) => key === meaning);
  const isText = typeof value === "string" && shape !== undefined;
  return { values: { [meaning]: isText ? readValue(shape, value) : value }, warnings };
}

/** A trait's value on a command line: a Python literal where it looks like one, else its text. */
export function readTraitText(text: string): unknown {
  if (text === "None") return null;
  if (!/^(?:[[({'"]|[bBuUrR]{1,2}['"])/.test(text)) return text;
  try {
    return parsePythonLiteral(text);
  } catch (error) {
    if (error instanceof NotLiteral) return text;
    throw error;
  }
}

function todaysName(program: Program, trait: string): { name: string; oldClass?: string } {
  const [className = "", traitName = ""] = trait.split(".").slice(-2);
  const renamed = program.traitClasses?.[className];
  if (!renamed) return { name: `${className}.${traitName}` };
  const name = `${renamed.today}.${traitName}`;
  return renamed.isOld ? { name, oldClass: `${className}.${traitName}` } : { name };
}

function unknownTrait(program: Program, trait: string, name: string): string {
  const meant = nearest(name, Object.keys(program.traits ?? {}));
  return `${trait} is not known here and was ignored${meant ? `: did you mean ${meant}?` : "."}`;
}
