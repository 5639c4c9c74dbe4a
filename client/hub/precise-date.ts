import { parseWireDate, wireDate } from "../../protocol/clock.ts";

/** A time of a record. A `Date` stops at milliseconds; `iso` has the microseconds, with which the hub compares. */
export type PreciseDate = Date & {
  /** ISO-8601 in UTC with six fraction digits. */
  readonly iso: string;
};

/** @returns `undefined` for what is no time */
export function preciseDate(iso: string): PreciseDate | undefined {
  const epochMs = parseWireDate(iso);
  if (epochMs === undefined) return undefined;
  // Not enumerable: printed and compared as the date that it is.
  return Object.defineProperty(new Date(epochMs), "iso", { value: wireDate(epochMs) }) as PreciseDate;
}

/** A time as queries write it: with its microseconds where it has them. */
export const isoOf = (date: Date): string => (isPrecise(date) ? date.iso : wireDate(date.getTime()));

const isPrecise = (date: Date): date is PreciseDate => typeof (date as Partial<PreciseDate>).iso === "string";
