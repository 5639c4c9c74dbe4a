import fc from "fast-check";
import { expect, test } from "vitest";
import { type Distribution, joinParts, shareLength, shareOf } from "../../../../client/partition/distribution.ts";
import type { Column } from "../../../../client/partition/sequences.ts";

const dists: readonly Distribution[] = ["block", "roundRobin"];

function sharesOf(column: Column, of: number, dist: Distribution): Column[] {
  return Array.from({ length: of }, (_, place) => shareOf(column, { place, of, dist }));
}

test("a block has neighbours, round robin deals them like cards; the first parts are the longer ones", () => {
  const letters = [..."abcdefg"];
  expect(sharesOf(letters, 3, "block")).toEqual([
    ["a", "b", "c"],
    ["d", "e"],
    ["f", "g"],
  ]);
  expect(sharesOf(letters, 3, "roundRobin")).toEqual([
    ["a", "d", "g"],
    ["b", "e"],
    ["c", "f"],
  ]);
  expect(sharesOf([1, 2], 3, "roundRobin")).toEqual([[1], [2], []]);
});

test("parts put together are the sequence, however they were shared out, and differ by one at most", () => {
  const columns = fc.oneof(fc.array(fc.anything()), fc.float64Array(), fc.bigInt64Array(), fc.uint8Array());
  fc.assert(
    fc.property(columns, fc.integer({ min: 1, max: 20 }), fc.constantFrom(...dists), (column, of, dist) => {
      const parts = sharesOf(column, of, dist);
      const lengths = parts.map(({ length }) => length);
      expect(joinParts(parts, dist)).toEqual(column);
      expect(lengths).toEqual(parts.map((_, place) => shareLength(column.length, { place, of })));
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
    }),
  );
});

test("parts of typed arrays are typed, blocks without a copy; Buffers stay Buffers", () => {
  const array = Float32Array.from({ length: 10 }, (_, i) => i);
  const [block] = sharesOf(array, 2, "block");
  expect((block as Float32Array).buffer).toBe(array.buffer);
  expect(sharesOf(array, 4, "roundRobin")[3]).toEqual(new Float32Array([3, 7]));
  for (const dist of dists) {
    const joined = joinParts(sharesOf(Buffer.from("hello"), 2, dist), dist);
    expect(Buffer.isBuffer(joined) && joined.toString()).toBe("hello");
  }
});

test("rows of a matrix stay whole", () => {
  const matrix = [[1, 2], [3, 4], new Float64Array([5, 6])];
  expect(sharesOf(matrix, 2, "block")).toEqual([matrix.slice(0, 2), matrix.slice(2)]);
  expect(joinParts(sharesOf(matrix, 2, "roundRobin"), "roundRobin")).toEqual(matrix);
});

test("typed arrays of several kinds become an array, and what is no sequence counts as one element", () => {
  expect(joinParts([[1, 2], new Float32Array([3]), "xy", undefined])).toEqual([1, 2, 3, "xy", undefined]);
  expect(joinParts([new Float32Array([1]), new Float64Array([2])])).toEqual([1, 2]);
  expect(joinParts([])).toEqual([]);
});

test("parts that have grown or shrunk are dealt in turn as long as they last", () => {
  expect(joinParts([["a"], ["b", "d", "e"], ["c"]], "roundRobin")).toEqual(["a", "b", "c", "d", "e"]);
});
