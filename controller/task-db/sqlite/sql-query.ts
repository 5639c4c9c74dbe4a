import type { JsonValue } from "../../../protocol/json.ts";
import { type GlobPart, parseGlob } from "../glob.ts";
import type { Query, Test } from "../query.ts";
import { kindOf, type RecordKey } from "../records/record-keys.ts";

/** A condition in SQLite's SQL, with its parameters in order. */
export interface SqlCondition {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
  /** False: SQLite cannot tell exactly (the inside of a dict, a pattern), and finds more than is meant. */
  readonly isExact: boolean;
}

const always: SqlCondition = { sql: "1", parameters: [], isExact: true };
const never: SqlCondition = { sql: "0", parameters: [], isExact: true };
const unsure: SqlCondition = { sql: "1", parameters: [], isExact: false };

const exact = (sql: string, ...parameters: (string | number)[]): SqlCondition => ({ sql, parameters, isExact: true });

/** The same records as `matches` finds, or more where the condition is not exact. No parameter is part of the text. */
export function sqlCondition(query: Query): SqlCondition {
  switch (query.kind) {
    case "and":
      return join(query.of.map(sqlCondition), "AND", always);
    case "or":
      return join(query.of.map(sqlCondition), "OR", never);
    case "test":
      return kindOf(query.key) === "dict" || kindOf(query.key) === "buffers"
        ? presence(query.key, query.test)
        : condition(query.key, query.test);
  }
}

function join(parts: readonly SqlCondition[], word: "AND" | "OR", none: SqlCondition): SqlCondition {
  if (parts.length === 0) return none;
  return {
    sql: `(${parts.map(({ sql }) => sql).join(` ${word} `)})`,
    parameters: parts.flatMap(({ parameters }) => parameters),
    isExact: parts.every(({ isExact }) => isExact),
  };
}

/** All that a column of dicts or of bytes can tell. */
function presence(key: RecordKey, test: Test): SqlCondition {
  if (test.operator === "$exists") return exact(`${key} IS ${test.exists ? "NOT " : ""}NULL`);
  if (test.operator === "$eq" && test.value === null) return exact(`${key} IS NULL`);
  if (test.operator === "$ne" && test.value === null) return exact(`${key} IS NOT NULL`);
  return unsure;
}

function condition(key: RecordKey, test: Test): SqlCondition {
  switch (test.operator) {
    case "$exists":
      return exact(`${key} IS ${test.exists ? "NOT " : ""}NULL`);
    case "$eq":
      return oneOf(key, [test.value]);
    case "$in":
      return oneOf(key, test.values);
    case "$ne":
      return noneOf(key, [test.value]);
    case "$nin":
      return noneOf(key, test.values);
    case "$all":
      return join(
        test.values.map((value) => oneOf(key, [value])),
        "AND",
        never,
      );
    case "$mod":
      if (key !== "label") return never;
      return exact(`(${isNumber(key)} AND CAST(${key} AS INTEGER) % ? = ?)`, test.divisor, test.remainder);
    case "$glob":
      return fits(key, parseGlob(test.pattern));
    default:
      return ordered(key, { sign: signs[test.operator], value: test.value });
  }
}

const signs = { $lt: "<", $lte: "<=", $gt: ">", $gte: ">=" } as const;
const isNumber = (key: RecordKey): string => `typeof(${key}) IN ('integer', 'real')`;
const isText = (key: RecordKey): string => `typeof(${key}) = 'text'`;

/** Only labels may be numbers. Comparing a text column with a number would make a text of the number. */
const isComparable = (key: RecordKey, value: JsonValue): value is string | number =>
  typeof value === "string" || (key === "label" && typeof value === "number");

function oneOf(key: RecordKey, values: readonly JsonValue[]): SqlCondition {
  const texts = values.filter((value) => isComparable(key, value));
  const parts = texts.length > 0 ? [exact(`${key} IN (SELECT value FROM json_each(?))`, JSON.stringify(texts))] : [];
  if (values.includes(null)) parts.push(exact(`${key} IS NULL`));
  return join(parts, "OR", never);
}

function noneOf(key: RecordKey, values: readonly JsonValue[]): SqlCondition {
  const texts = values.filter((value) => isComparable(key, value));
  const isOther = exact(`${key} NOT IN (SELECT value FROM json_each(?))`, JSON.stringify(texts));
  if (!values.includes(null)) return texts.length > 0 ? join([exact(`${key} IS NULL`), isOther], "OR", never) : always;
  return join([exact(`${key} IS NOT NULL`), ...(texts.length > 0 ? [isOther] : [])], "AND", always);
}

function ordered(key: RecordKey, { sign, value }: { readonly sign: string; readonly value: JsonValue }): SqlCondition {
  if (!isComparable(key, value)) return never;
  return exact(`(${typeof value === "number" ? isNumber(key) : isText(key)} AND ${key} ${sign} ?)`, value);
}

/** GLOB reads a text up to its first NUL only: what has one is left to be looked at. */
function fits(key: RecordKey, parts: readonly GlobPart[]): SqlCondition {
  const pattern = sqliteGlob(parts);
  if (pattern === undefined) return unsure;
  const sql = `(${isText(key)} AND (${key} GLOB ? OR instr(${key}, char(0)) > 0))`;
  return { sql, parameters: [pattern], isExact: false };
}

/** The pattern as SQLite's GLOB has it (`[^a]` for `[!a]`); `undefined` for sets that it would read otherwise. */
function sqliteGlob(parts: readonly GlobPart[]): string | undefined {
  let pattern = "";
  for (const part of parts) {
    const piece = sqliteGlobPart(part);
    if (piece === undefined) return undefined;
    pattern += piece;
  }
  return pattern;
}

function sqliteGlobPart(part: GlobPart): string | undefined {
  if (part.kind !== "set") return part.kind === "anything" ? "*" : "?";
  const [first] = part.ranges;
  if (part.ranges.length === 1 && first && first[0] === first[1] && !part.isNegated) {
    const point = String.fromCodePoint(first[0]);
    return "*?[".includes(point) ? `[${point}]` : point;
  }
  const ends = part.ranges.flat().map((code) => String.fromCodePoint(code));
  if (ends.length === 0 || ends.some((end) => "]^-\0".includes(end))) return undefined;
  const members = part.ranges.map(([from, to]) => `${String.fromCodePoint(from)}-${String.fromCodePoint(to)}`);
  return `[${part.isNegated ? "^" : ""}${members.join("")}]`;
}
