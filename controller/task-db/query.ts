import { isJsonObject, type JsonObject, type JsonValue } from "../../protocol/json.ts";
import { isRecordKey, kindOf, type RecordKey } from "./records/record-keys.ts";
import { normaliseTime } from "./records/record-time.ts";
import { MalformedQuery, UnknownKey, UnknownOperator } from "./task-db-refusal.ts";

/** What a value must be. Plain data: it crosses threads. */
export type Test =
  | { readonly operator: "$lt" | "$lte" | "$gt" | "$gte"; readonly value: JsonValue }
  | { readonly operator: "$eq" | "$ne"; readonly value: JsonValue }
  | { readonly operator: "$in" | "$nin" | "$all"; readonly values: readonly JsonValue[] }
  | { readonly operator: "$mod"; readonly divisor: number; readonly remainder: number }
  | { readonly operator: "$exists"; readonly exists: boolean }
  | { readonly operator: "$glob"; readonly pattern: string };

/** Which records are meant: `and` of none means all, `or` of none means none. */
export type Query =
  | { readonly kind: "and"; readonly of: readonly Query[] }
  | { readonly kind: "or"; readonly of: readonly Query[] }
  | { readonly kind: "test"; readonly key: RecordKey; readonly test: Test };

/** Deeper nesting is no query but an attack on the stack. */
const deepest = 50;

/**
 * Reads a query as clients write it (wire protocol §10.1): record keys with a value or with operators, all of which
 * must hold; `$and` and `$or` with a list, among the keys or among the operators of a key.
 * @throws {UnknownKey} {@link UnknownOperator} {@link MalformedQuery}
 */
export function parseQuery(query: JsonObject, depth = 0): Query {
  if (depth > deepest) throw new MalformedQuery(`The query is nested more than ${deepest} deep`);
  const parts = Object.entries(query).map(([key, operand]): Query => {
    if (key === "$and" || key === "$or")
      return { kind: key === "$and" ? "and" : "or", of: alternatives(key, operand).map((part) => nested(part, depth)) };
    if (key.startsWith("$")) throw new UnknownOperator(key);
    if (!isRecordKey(key)) throw new UnknownKey(key);
    return parseOperand(key, operand ?? null, depth);
  });
  return allOf(parts);
}

function nested(part: JsonValue, depth: number): Query {
  if (!isJsonObject(part)) throw new MalformedQuery("$and and $or need a list of queries");
  return parseQuery(part, depth + 1);
}

/** @param operand a value to be equal to, or operators */
function parseOperand(key: RecordKey, operand: JsonValue, depth: number): Query {
  if (depth > deepest) throw new MalformedQuery(`The query is nested more than ${deepest} deep`);
  if (!isJsonObject(operand)) return { kind: "test", key, test: parseTest(key, "$eq", operand) };
  const parts = Object.entries(operand).map(([operator, value]): Query => {
    if (operator !== "$and" && operator !== "$or")
      return { kind: "test", key, test: parseTest(key, operator, value ?? null) };
    const of = alternatives(operator, value).map((part) => parseOperand(key, part, depth + 1));
    return { kind: operator === "$and" ? "and" : "or", of };
  });
  return allOf(parts);
}

const allOf = (parts: readonly Query[]): Query => {
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind: "and", of: parts };
};

function parseTest(key: RecordKey, operator: string, operand: JsonValue): Test {
  const value = kindOf(key) === "time" ? normaliseTimes(operand) : operand;
  switch (operator) {
    case "$lt":
    case "$lte":
    case "$gt":
    case "$gte":
    case "$eq":
    case "$ne":
      return { operator, value };
    case "$in":
    case "$nin":
    case "$all":
      return { operator, values: alternatives(operator, value) };
    case "$mod":
      return { operator, ...parseModulus(value) };
    case "$exists":
      return { operator, exists: Boolean(value) };
    case "$glob":
      if (typeof operand !== "string") throw new MalformedQuery("$glob needs a pattern, such as 'task-*'");
      return { operator, pattern: operand };
    default:
      throw new UnknownOperator(operator);
  }
}

function alternatives(operator: string, value: JsonValue | undefined): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new MalformedQuery(`${operator} needs a list`);
  return value as readonly JsonValue[];
}

function parseModulus(value: JsonValue): { readonly divisor: number; readonly remainder: number } {
  const [divisor, remainder] = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
  if (!Number.isInteger(divisor) || !Number.isInteger(remainder) || divisor === 0)
    throw new MalformedQuery("$mod needs [divisor, remainder], two whole numbers, the first not 0");
  return { divisor: divisor as number, remainder: remainder as number };
}

const normaliseTimes = (value: JsonValue): JsonValue =>
  Array.isArray(value)
    ? (value as readonly JsonValue[]).map(normaliseTimes)
    : typeof value === "string"
      ? (normaliseTime(value) ?? value)
      : value;

/**
 * The only ids that a query can match, where it names them; `undefined` where any record may match.
 * Lets a database look these up instead of walking over all records.
 */
export function pinnedIds(query: Query): readonly string[] | undefined {
  if (query.kind === "and") {
    for (const part of query.of) {
      const ids = pinnedIds(part);
      if (ids) return ids;
    }
  }
  if (query.kind !== "test" || query.key !== "msg_id") return undefined;
  if (query.test.operator === "$eq") return texts([query.test.value]);
  return query.test.operator === "$in" ? texts(query.test.values) : undefined;
}

const texts = (values: readonly JsonValue[]): readonly string[] => [
  ...new Set(values.filter((value) => typeof value === "string")),
];

/** Keys that a query looks at. */
export const keysOf = (query: Query): ReadonlySet<RecordKey> =>
  new Set(query.kind === "test" ? [query.key] : query.of.flatMap((part) => [...keysOf(part)]));
