import { expect, test } from "vitest";
import { HeartWatch } from "../../../../runtime/monitor/heart-watch.ts";

test("a controller is given up after 50 checks in a row without a beat", () => {
  const watch = new HeartWatch(3000);
  expect(watch.checkMs).toBe(3500);
  const checks = (n: number) => Array.from({ length: n }, () => watch.isLostAtCheck());
  expect(checks(49)).not.toContain(true);
  watch.beat();
  expect(checks(50)).not.toContain(true);
  expect(checks(1)).toEqual([true]);
});
