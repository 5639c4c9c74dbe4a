import type { JsonValue } from "../../../protocol/json.ts";
import { globRegex, parseGlob } from "../glob.ts";
import type { Query, Test } from "../query.ts";
import { kindOf, type RecordKey } from "../records/record-keys.ts";

/** A filter of MongoDB. */
export interface MongoFilter {
  readonly filter: { readonly [key: string]: unknown };
  /** False: it finds more than is meant. MongoDB compares dicts by the order of their keys, for one. */
  readonly isExact: boolean;
}

const always: MongoFilter = { filter: {}, isExact: true };
const never: MongoFilter = { filter: { msg_id: { $in: [] } }, isExact: true };
const unsure: MongoFilter = { filter: {}, isExact: false };

const exact = (key: RecordKey, condition: unknown): MongoFilter => ({ filter: { [key]: condition }, isExact: true });

/** The same records as `matches` finds, or more where the filter is not exact. */
export function mongoFilter(query: Query): MongoFilter {
  switch (query.kind) {
    case "and":
      return join("$and", query.of.map(mongoFilter));
    case "or":
      return join("$or", query.of.map(mongoFilter));
    case "test":
      return kindOf(query.key) === "dict" || kindOf(query.key) === "buffers"
        ? presence(query.key, query.test)
        : condition(query.key, query.test);
  }
}

/** MongoDB refuses an empty list. */
function join(operator: "$and" | "$or", parts: readonly MongoFilter[]): MongoFilter {
  if (parts.length === 0) return operator === "$and" ? always : never;
  return { filter: { [operator]: parts.map(({ filter }) => filter) }, isExact: parts.every(({ isExact }) => isExact) };
}

/** Fields that have no value yet are absent, which MongoDB takes as `null`. */
const present = (key: RecordKey, isPresent: boolean): MongoFilter =>
  exact(key, isPresent ? { $ne: null } : { $eq: null });

function presence(key: RecordKey, test: Test): MongoFilter {
  if (test.operator === "$exists") return present(key, test.exists);
  if (test.operator === "$eq" && test.value === null) return present(key, false);
  if (test.operator === "$ne" && test.value === null) return present(key, true);
  return unsure;
}

function condition(key: RecordKey, test: Test): MongoFilter {
  switch (test.operator) {
    case "$exists":
      return present(key, test.exists);
    case "$eq":
      return exact(key, { $in: [test.value].filter(isStored) });
    case "$in":
      return exact(key, { $in: test.values.filter(isStored) });
    case "$ne":
      return exact(key, { $nin: [test.value].filter(isStored) });
    case "$nin":
      return exact(key, { $nin: test.values.filter(isStored) });
    case "$all":
      return join(
        "$and",
        test.values.length > 0 ? test.values.map((value) => condition(key, { operator: "$eq", value })) : [never],
      );
    case "$mod":
      return exact(key, { $mod: [test.divisor, test.remainder] });
    case "$glob":
      // Some servers match the digits of a number, too: of all texts only labels may be numbers.
      return { ...exact(key, { $regex: globRegex(parseGlob(test.pattern)) }), isExact: key !== "label" };
    default:
      return isStored(test.value) && test.value !== null ? exact(key, { [test.operator]: test.value }) : never;
  }
}

/** What these fields can hold. Anything else equals none of them, and an object could be taken for an operator. */
const isStored = (value: JsonValue): boolean =>
  value === null || typeof value === "string" || typeof value === "number";
