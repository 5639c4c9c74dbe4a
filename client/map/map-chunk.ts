/**
 * Runs on an engine: calls a function with the elements of one row after the other.
 * It travels by its source and may use nothing from outside.
 */
export async function mapChunk(
  f: (...items: unknown[]) => unknown,
  columns: readonly ArrayLike<unknown>[],
): Promise<unknown[]> {
  const results: unknown[] = [];
  for (let row = 0; row < (columns[0]?.length ?? 0); row++) {
    const result = f(...columns.map((column) => column[row]));
    results.push(result instanceof Promise ? await result : result);
  }
  return results;
}
