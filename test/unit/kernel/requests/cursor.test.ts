import { expect, test } from "vitest";
import { cursorOfOffset, offsetOfCursor } from "../../../../kernel/requests/cursor.ts";

test("a cursor counts characters, an offset UTF-16 units", () => {
  const source = "a😀b";
  expect([0, 1, 2, 3, 9].map((cursor) => offsetOfCursor(source, cursor))).toEqual([0, 1, 3, 4, 4]);
  expect([0, 1, 3, 4].map((offset) => cursorOfOffset(source, offset))).toEqual([0, 1, 2, 3]);
});
