import { expect, test } from "vitest";
import { splitArguments } from "../../../../client/map/map-function.ts";
import { columnsOf, rows, toColumn } from "../../../../client/partition/sequences.ts";

test("sequences go side by side; they must be of one length", () => {
  const columns = columnsOf([new Set(["a", "b", "c"]), [1, 2, 3]]);
  expect(rows(columns, 1, 3)).toEqual([
    ["b", "c"],
    [2, 3],
  ]);
  expect(() => columnsOf([[1], [1, 2]])).toThrow(new RangeError("The sequences of a map differ in length: 1, 2."));
  expect(toColumn("ab")).toEqual(["a", "b"]);
});

test("what has no elements is refused by name", () => {
  expect(() => toColumn(5 as never)).toThrow(
    new TypeError("Cannot share out 5: give an array, a typed array or something iterable."),
  );
});

test("options are told from sequences", () => {
  const known = { chunkSize: true } as const;
  expect(splitArguments<{ chunkSize: number }>([[1], { chunkSize: 2 }], known)).toEqual({
    sequences: [[1]],
    options: { chunkSize: 2 },
  });
  expect(splitArguments<{ chunkSize: number }>([[1], "ab"], known)).toEqual({ sequences: [[1], "ab"], options: {} });
  expect(splitArguments<{ chunkSize: number }>([[1], undefined], known)).toEqual({ sequences: [[1]], options: {} });
  expect(() => splitArguments([[1], { chunksize: 2 } as object], known)).toThrow('no option "chunksize"');
});
