import fc from "fast-check";
import { expect, test } from "vitest";
import { splitArguments } from "../../../../client/map/map-function.ts";
import { blockBounds, columnsOf, joinParts, part, rows, toColumn } from "../../../../client/map/sequences.ts";

test("blocks share a sequence evenly, the longer ones first", () => {
  expect(blockBounds(16, 3)).toEqual([0, 6, 11, 16]);
  expect(blockBounds(2, 4)).toEqual([0, 1, 2, 2, 2]);
});

test("blocks put together are the sequence, and differ by one at most", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 1, max: 64 }), (length, blocks) => {
      const bounds = blockBounds(length, blocks);
      const sizes = bounds.slice(1).map((bound, i) => bound - (bounds[i] ?? 0));
      expect(bounds[0]).toBe(0);
      expect(bounds.at(-1)).toBe(length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

test("parts of typed arrays are views, and come together as one of their kind", () => {
  const array = Float32Array.from({ length: 10 }, (_, i) => i);
  const first = part(array, 0, 4);
  expect(first).toBeInstanceOf(Float32Array);
  expect((first as Float32Array).buffer).toBe(array.buffer);
  expect(joinParts([first, part(array, 4, 10)])).toEqual(array);
  expect(joinParts([[1, 2], new Float32Array([3]), "x"])).toEqual([1, 2, 3, "x"]);
});

test("sequences go side by side; they must be of one length", () => {
  const columns = columnsOf([new Set(["a", "b", "c"]), [1, 2, 3]]);
  expect(rows(columns, 1, 3)).toEqual([
    ["b", "c"],
    [2, 3],
  ]);
  expect(() => columnsOf([[1], [1, 2]])).toThrow(new RangeError("The sequences of a map differ in length: 1, 2."));
  expect(toColumn("ab")).toEqual(["a", "b"]);
});

test("options are told from sequences", () => {
  expect(splitArguments([[1], { chunkSize: 2 }])).toEqual({ sequences: [[1]], options: { chunkSize: 2 } });
  expect(splitArguments([[1], "ab"])).toEqual({ sequences: [[1], "ab"], options: {} });
  expect(splitArguments([[1], undefined])).toEqual({ sequences: [[1]], options: {} });
});
