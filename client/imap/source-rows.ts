import { inspect } from "node:util";
import type { Sequence } from "../partition/sequences.ts";

/** What an imap goes over: it may be endless, and its elements may come as time goes by. */
export type Source<T> = Sequence<T> | AsyncIterable<T>;

type Elements = Iterator<unknown> | AsyncIterator<unknown>;

/**
 * Elements of several sources side by side, read when they are asked for and not before; ends with the shortest. Leaving
 * it closes the sources.
 */
export async function* sourceRows(sources: readonly Source<unknown>[]): AsyncGenerator<unknown[], void, undefined> {
  const open: Elements[] = sources.map(elementsOf);
  try {
    for (;;) {
      const row: unknown[] = [];
      for (const elements of open) {
        const next = await elements.next();
        if (next.done) {
          open.splice(open.indexOf(elements), 1);
          return;
        }
        row.push(next.value);
      }
      yield row;
    }
  } finally {
    for (const elements of open) await elements.return?.();
  }
}

function elementsOf(source: Source<unknown>): Elements {
  if (typeof source === "string") return source[Symbol.iterator]();
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
  if (Symbol.iterator in source) return source[Symbol.iterator]();
  return Array.prototype.values.call(source);
}

/** @throws {TypeError} naming what has no elements, or that there is no source */
export function requireSources(sources: readonly unknown[]): readonly Source<unknown>[] {
  if (sources.length === 0) throw new TypeError("An imap needs at least one sequence.");
  const other = sources.find((source) => !isSource(source));
  if (other !== undefined)
    throw new TypeError(`Cannot go over ${inspect(other)}: give an array or something iterable, now or by and by.`);
  return sources.filter(isSource);
}

export function isSource(value: unknown): value is Source<unknown> {
  if (typeof value === "string") return true;
  if (typeof value !== "object" || value === null) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value || "length" in value;
}
