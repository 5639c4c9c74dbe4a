import { z } from "zod";

/** What the command line needs to know of one option of a schema. */
export interface OptionShape {
  readonly key: string;
  /** `profileDir` is written `profile-dir` on the command line. */
  readonly flag: string;
  /** `flag` stands alone (`--x`, `--no-x`), `list` may be repeated or hold commas, `value` takes one value. */
  readonly kind: "flag" | "list" | "value";
  /** How `--help` writes the value: `N`, `DIR`, `a|b`, `N,…`. */
  readonly placeholder: string;
  readonly description: string;
  readonly default: unknown;
  readonly isRequired: boolean;
  /** Schema of one value: the element's for a list. */
  readonly schema: z.ZodType;
}

const kebabCase = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The options of a schema in the order of their declaration. */
export function optionShapes(schema: z.ZodObject): readonly OptionShape[] {
  return Object.entries(schema.shape).map(([key, option]) => optionShape(key, option as z.ZodType));
}

function optionShape(key: string, option: z.ZodType): OptionShape {
  const layers = layersOf(option);
  const core = layers.at(-1) ?? option;
  const withDefault = layers.find((layer) => layer instanceof z.ZodDefault);
  const isList = core instanceof z.ZodArray;
  const schema = isList ? (core.element as z.ZodType) : core;
  return {
    key,
    flag: kebabCase(key),
    kind: core instanceof z.ZodBoolean ? "flag" : isList ? "list" : "value",
    placeholder: isList ? `${placeholder(key, schema)},…` : placeholder(key, schema),
    description: layers.find((layer) => layer.description !== undefined)?.description ?? "",
    default: withDefault?.def.defaultValue,
    isRequired: !option.safeParse(undefined).success,
    schema,
  };
}

/** The schema and what its wrappers (`default`, `optional`, …) wrap, outermost first; of a conversion, its result. */
function layersOf(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodPipe) return [schema, ...layersOf(schema.out as z.ZodType)];
  const isWrapper =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly;
  return isWrapper ? [schema, ...layersOf(schema.unwrap() as z.ZodType)] : [schema];
}

function placeholder(key: string, schema: z.ZodType): string {
  if (schema instanceof z.ZodEnum) return schema.options.join("|");
  if (schema instanceof z.ZodNumber) return "N";
  return (kebabCase(key).split("-").at(-1) ?? key).toUpperCase();
}

/**
 * The text of a command line as the option's type: a number where the schema takes one, be it too large or too small,
 * else the text itself. What fits neither is left to the schema to refuse.
 */
export function readValue(shape: OptionShape, text: string): unknown {
  if (shape.kind === "flag") return readFlag(text);
  if (shape.kind === "list") return text === "" ? [] : text.split(",").map((part) => readScalar(shape.schema, part));
  return readScalar(shape.schema, text);
}

function readScalar(schema: z.ZodType, text: string): unknown {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  const isMeant = schema instanceof z.ZodNumber || schema.safeParse(number).success;
  return !Number.isNaN(number) && isMeant ? number : text;
}

/** Accepts Python's spelling too: peers pass `--Class.trait=True`. */
function readFlag(text: string): unknown {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  return /^(false|0|no|off)$/i.test(text) ? false : text;
}
