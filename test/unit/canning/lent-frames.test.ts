import { expect, test } from "vitest";
import { can, uncan } from "../../../canning/can.ts";
import { lendsMemory, withOwnFrames } from "../../../canning/lent-frames.ts";

test("arrays up to 64 KiB are copied when they are to be sent, larger ones are lent", () => {
  const [small, large] = [new Float64Array(8192).fill(1), new Float64Array(8193).fill(2)];
  const frames = withOwnFrames(can({ small, large }));
  small.fill(0);
  large.fill(3);
  expect(uncan(frames)).toEqual({ small: new Float64Array(8192).fill(1), large });
  expect([lendsMemory(frames), lendsMemory(withOwnFrames(can(small)))]).toEqual([true, false]);
});

test("without a limit all are copied, and a large head frame is the message's own anyway", () => {
  const large = new Float64Array(10_000).fill(2);
  const frames = withOwnFrames(can(large), Number.POSITIVE_INFINITY);
  large.fill(3);
  expect(uncan(frames)).toEqual(new Float64Array(10_000).fill(2));
  expect(lendsMemory(can("x".repeat(100_000)))).toBe(false);
});
