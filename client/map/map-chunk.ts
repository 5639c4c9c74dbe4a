import { runInThisContext } from "node:vm";

type MapChunk = (f: unknown, columns: readonly ArrayLike<unknown>[]) => Promise<unknown[]>;

/** Calls a function with the elements of one row after the other. It is sent by its source: nothing from outside. */
async function callEach(
  f: (...items: unknown[]) => unknown,
  columns: readonly ArrayLike<unknown>[],
): Promise<unknown[]> {
  const results: unknown[] = [];
  for (let row = 0; row < (columns[0]?.length ?? 0); row++) {
    const result = f(...columns.map((column) => column[row]));
    results.push(typeof (result as PromiseLike<unknown> | null)?.then === "function" ? await result : result);
  }
  return results;
}

/**
 * What a chunk of a map runs on an engine. As a function of this module it would travel by name, which engines would
 * have to load; from a script of its own it travels as users' functions do.
 */
export const mapChunk = runInThisContext(`(${callEach.toString()})`, { filename: "tsparallel:map" }) as MapChunk;
