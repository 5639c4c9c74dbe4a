import { CompositeError } from "../errors/composite-error.ts";
import { RemoteError } from "../errors/remote-error.ts";

/**
 * The item at a place; negative ones count from the end.
 * @param value of a result, as an array of items unless there is a single one
 * @throws {RangeError} when there is no such place
 * @throws {RemoteError} when that item's part failed
 */
export function itemAt(value: unknown, index: number): unknown {
  const items = itemsOf(value);
  const place = index < 0 ? items.length + index : index;
  if (!Number.isInteger(place) || place < 0 || place >= items.length)
    throw new RangeError(`There is no item ${index}: the result has ${items.length}.`);
  const item = items[place];
  if (item instanceof RemoteError) throw item;
  return item;
}

/**
 * The items from one place up to another, as `Array.slice` counts.
 * @throws {CompositeError} when some of their parts failed
 */
export function itemsBetween(method: string, value: unknown, [start, end]: Range): unknown[] {
  const items = Array.prototype.slice.call(itemsOf(value), start, end) as unknown[];
  const errors = new Set(items.filter((item) => item instanceof RemoteError));
  if (errors.size > 0) throw new CompositeError(method, [...errors]);
  return items;
}

type Range = readonly [number | undefined, number | undefined];

const itemsOf = (value: unknown): ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value) ? (value as ArrayLike<unknown>) : [value];
