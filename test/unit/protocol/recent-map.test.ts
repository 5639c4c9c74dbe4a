import { expect, test } from "vitest";
import { RecentMap } from "../../../protocol/recent-map.ts";

test("at least the latest entries are remembered, and never more than twice as many", () => {
  const map = new RecentMap<number, string>(3);
  for (let key = 0; key < 10; key++) map.set(key, `value ${key}`);
  expect([7, 8, 9].map((key) => map.get(key))).toEqual(["value 7", "value 8", "value 9"]);
  expect(Array.from({ length: 10 }, (_, key) => key).filter((key) => map.has(key)).length).toBeLessThanOrEqual(6);
  expect(map.has(0)).toBe(false);
});
