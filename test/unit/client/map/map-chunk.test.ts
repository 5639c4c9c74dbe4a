import { expect, test } from "vitest";
import { keepingChunk } from "../../../../client/map/keeping-chunk.ts";
import { mapChunk } from "../../../../client/map/map-chunk.ts";

/** What can be awaited but is no promise, as queries of many libraries are. */
const query = (value: unknown): unknown => ({
  // biome-ignore lint/suspicious/noThenProperty: it is what is tried.
  then: (resolve: (value: unknown) => void, reject: (reason: unknown) => void) =>
    value === null ? reject(new RangeError("nothing")) : resolve(value),
});

test("whatever can be awaited is awaited, as in a single call", async () => {
  expect(await mapChunk(query, [[1, 2]])).toEqual([1, 2]);
  await expect(mapChunk(query, [[1, null]])).rejects.toThrow("nothing");
  const { results, failures } = await keepingChunk(query, [[1, null, 3]]);
  expect([results, failures.map(({ row }) => row)]).toEqual([[1, undefined, 3], [1]]);
});

test("null, undefined and functions are values like others", async () => {
  const values = [null, undefined, Math.abs, "then"];
  expect(await mapChunk((value: unknown) => value, [values])).toEqual(values);
});
