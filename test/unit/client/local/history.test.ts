import { expect, test } from "vitest";
import { History } from "../../../../client/local/history.ts";
import { msgId } from "../../../../protocol/ids.ts";

test("ids come back as they were, whatever they look like, from either end", () => {
  const ids = ["s_7_0_e-1", "s_7_0", "s_7_3", "s_7_4_1e5-0", "other_1", "s_7_007", "s_7_12"].map(msgId);
  const history = new History();
  for (const id of ids) history.add(id);
  expect(history.ids).toEqual(ids);
  expect([0, 2, -1, -7].map((index) => history.at(index))).toEqual([ids[0], ids[2], ids[6], ids[0]]);
});

test("a place that it does not have is named, also when it was cleared", () => {
  const history = new History();
  history.add(msgId("s_7_0"));
  expect(() => history.at(-2)).toThrow("The history has no request -2: 1 have been sent so far.");
  history.clear();
  expect(history.ids).toEqual([]);
  expect(() => history.at(0)).toThrow("The history has no request 0: 0 have been sent so far.");
});
