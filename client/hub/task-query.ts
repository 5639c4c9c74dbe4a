import { isJsonObject, type JsonObject, type JsonValue } from "../../protocol/json.ts";
import { isoOf } from "./precise-date.ts";
import { type BufferKey, type TaskKey, type TaskRow, wireKey } from "./task-row.ts";

/** What a value in a query may be: a time is any `Date`, exact to the microsecond where it comes from a row. */
type Operand<Value> = Value extends Date ? Date : Value;

/** Operators of a key, all of which must hold. Where a key's value is absent, comparisons of order do not hold. */
export interface Operators<Value> {
  readonly $eq?: Value | null;
  readonly $ne?: Value | null;
  readonly $lt?: Value;
  readonly $lte?: Value;
  readonly $gt?: Value;
  readonly $gte?: Value;
  readonly $in?: readonly (Value | null)[];
  readonly $nin?: readonly (Value | null)[];
  /** Whether there is a value at all. */
  readonly $exists?: boolean;
  /** A pattern for the whole text: `*`, `?`, `[abc]`, `[!abc]`. */
  readonly $glob?: Value extends string ? string : never;
}

/**
 * Which records are meant: keys with a value to be equal to (`null` for none) or with operators. All keys must hold; `{}`
 * means all records.
 *
 *     { completed: { $ne: null }, label: "careful" }
 */
export type TaskQuery = {
  readonly [Key in Exclude<TaskKey, BufferKey>]?:
    | Operand<NonNullable<TaskRow[Key]>>
    | null
    | Operators<Operand<NonNullable<TaskRow[Key]>>>;
} & {
  readonly $and?: readonly TaskQuery[];
  readonly $or?: readonly TaskQuery[];
};

/**
 * A query as it travels (wire protocol §10.1).
 * @throws {TypeError} naming a key that records do not have
 */
export function wireQuery(query: TaskQuery): JsonObject {
  const entries = Object.entries(query).flatMap(([key, operand]): [string, JsonValue][] => {
    if (operand === undefined) return [];
    if (key === "$and" || key === "$or") return [[key, (operand as readonly TaskQuery[]).map(wireQuery)]];
    return [[wireKey(key), wireOperand(operand)]];
  });
  return Object.fromEntries(entries);
}

function wireOperand(operand: unknown): JsonValue {
  if (operand instanceof Date) return isoOf(operand);
  if (Array.isArray(operand)) return operand.map(wireOperand);
  if (!isJsonObject(operand)) return operand as JsonValue;
  return Object.fromEntries(Object.entries(operand).map(([name, value]) => [name, wireOperand(value)]));
}
