import { expect, test } from "vitest";
import { ChunkSizes } from "../../../../client/map/chunk-sizes.ts";

test("begins with one element, then grows towards 20 ms of work, eightfold at most", () => {
  const sizes = new ChunkSizes();
  expect(sizes.next(100_000, 4)).toBe(1);
  sizes.record(1, 0.01);
  expect(sizes.next(100_000, 4)).toBe(8);
  sizes.record(8, 0.08);
  sizes.record(1000, 10);
  expect(sizes.next(100_000, 4)).toBe(2000);
});

test("slow elements stay alone", () => {
  const sizes = new ChunkSizes();
  sizes.record(1, 500);
  expect(sizes.next(100, 4)).toBe(1);
});

test("the rest is shared, so that engines end together", () => {
  const sizes = new ChunkSizes();
  sizes.record(1000, 1);
  expect(sizes.next(80, 4)).toBe(10);
  expect(sizes.next(1, 4)).toBe(1);
});

test("elements too quick to measure do not stop the growth", () => {
  const sizes = new ChunkSizes();
  sizes.record(1, 0);
  expect(sizes.next(1000, 1)).toBe(8);
});
