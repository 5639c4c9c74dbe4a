import fc from "fast-check";
import { expect, test } from "vitest";
import { normaliseTime } from "../../../../../controller/task-db/records/record-time.ts";
import { wireDate } from "../../../../../protocol/clock.ts";

test.each([
  ["2026-11-21T01:39:31.440921Z", "2026-11-21T01:39:31.440921Z"],
  ["2026-11-21T01:39:31Z", "2026-11-21T01:39:31.000000Z"],
  ["2026-11-21T01:39:31.5Z", "2026-11-21T01:39:31.500000Z"],
  ["2026-11-21T01:39:31.000001+02:00", "2026-11-20T23:39:31.000001Z"],
  ["2026-11-21T01:39:31-0530", "2026-11-21T07:09:31.000000Z"],
  ["2026-11-21T01:39:31.25", "2026-11-21T01:39:31.250000Z"],
  ["2026-11-21", undefined],
  ["2026-13-41T01:39:31Z", undefined],
  ["2026-11-21T01:39:31.1234567Z", undefined],
  ["", undefined],
])("%s becomes %s", (text, expected) => {
  expect(normaliseTime(text)).toBe(expected);
});

test("the alphabet orders what was normalised as time does", () => {
  const anyMicros = fc.integer({ min: 0, max: 4e15 });
  fc.assert(
    fc.property(anyMicros, fc.integer({ min: 1, max: 3_000_000 }), (micros, later) => {
      const [first, second] = [wireDate(micros / 1000), wireDate((micros + later) / 1000)];
      const elsewhere = second.replace("Z", "+00:00");
      expect(first < (normaliseTime(elsewhere) ?? "")).toBe(true);
    }),
  );
});
