import { isJsonObject, type JsonValue } from "../../protocol/json.ts";
import { fitsGlob, parseGlob } from "./glob.ts";
import type { Query, Test } from "./query.ts";
import type { RecordKey } from "./records/record-keys.ts";

/**
 * Whether a record is meant by a query, by the documented meaning of the operators (as MongoDB has it) and not by
 * what ipyparallel's own memory database makes of `$gt` and of several keys.
 *
 * Nothing compares with `null`, nor a number with a text; `null` equals `null`; `$ne` and `$nin` hold for `null`.
 * @param read gives the record's value of a key; called only for keys of the query
 */
export function matches(read: (key: RecordKey) => JsonValue, query: Query): boolean {
  switch (query.kind) {
    case "and":
      return query.of.every((part) => matches(read, part));
    case "or":
      return query.of.some((part) => matches(read, part));
    case "test":
      return holds(read(query.key), query.test);
  }
}

function holds(value: JsonValue, test: Test): boolean {
  switch (test.operator) {
    case "$eq":
      return isSame(value, test.value);
    case "$ne":
      return !isSame(value, test.value);
    case "$in":
      return test.values.some((other) => isSame(value, other));
    case "$nin":
      return !test.values.some((other) => isSame(value, other));
    case "$all":
      return test.values.length > 0 && test.values.every((other) => isSame(value, other));
    case "$exists":
      return (value !== null) === test.exists;
    case "$mod":
      return typeof value === "number" && Math.trunc(value) % test.divisor === test.remainder;
    case "$glob":
      return typeof value === "string" && fitsGlob(parseGlob(test.pattern), value);
    default:
      return isOrdered(compare(value, test.value), test.operator);
  }
}

function isOrdered(order: number | undefined, operator: "$lt" | "$lte" | "$gt" | "$gte"): boolean {
  if (order === undefined) return false;
  switch (operator) {
    case "$lt":
      return order < 0;
    case "$lte":
      return order <= 0;
    case "$gt":
      return order > 0;
    case "$gte":
      return order >= 0;
  }
}

/** `undefined` for values without an order. */
function compare(a: JsonValue, b: JsonValue): number | undefined {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return typeof a === "string" && typeof b === "string" ? compareTexts(a, b) : undefined;
}

/** By code points, as UTF-8 sorts: JavaScript's `<` puts what lies beyond U+FFFF before U+E000. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/** Whether two JSON values say the same; the order of keys says nothing. */
export function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}

const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);
