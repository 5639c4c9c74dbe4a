import { expect, test } from "vitest";
import { History } from "../../../../kernel/requests/history.ts";

function filled(): History {
  const history = new History();
  history.add(1, "const a = 1");
  history.add(2, "a + 1");
  history.add(3, "a + 1");
  return history;
}
const ask = (content: Parameters<History["answer"]>[0]) => filled().answer(content)["history"];

test("the tail is the last cells, oldest first", () => {
  expect(ask({ hist_access_type: "tail", n: 2 })).toEqual([
    [1, 2, "a + 1"],
    [1, 3, "a + 1"],
  ]);
});

test("with output, an entry has a place for it", () => {
  expect(ask({ hist_access_type: "tail", n: 2, output: true })).toEqual([
    [1, 2, ["a + 1", null]],
    [1, 3, ["a + 1", null]],
  ]);
});

test("a range ends before its stop", () => {
  expect(ask({ hist_access_type: "range", session: 0, start: 1, stop: 2 })).toEqual([[1, 1, "const a = 1"]]);
  expect(ask({ hist_access_type: "range", session: 7 })).toEqual([]);
});

test("a search takes * and ?, and gives equal cells once if asked", () => {
  expect(ask({ hist_access_type: "search", pattern: "const*" })).toEqual([[1, 1, "const a = 1"]]);
  expect(ask({ hist_access_type: "search", pattern: "a + ?", unique: true })).toEqual([[1, 3, "a + 1"]]);
  expect(ask({ hist_access_type: "search", pattern: "a.+" })).toEqual([]);
});
