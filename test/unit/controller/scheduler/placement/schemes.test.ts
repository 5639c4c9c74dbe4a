import { describe, expect, test } from "vitest";
import { type Candidates, schemeNames, schemes } from "../../../../../controller/scheduler/placement/schemes.ts";
import { engineUuid } from "../../../../../protocol/ids.ts";

const candidate = (name: string, outstanding: number) => ({ engine: engineUuid(name), outstanding });
const idle = candidate("longest idle", 2);
const light = candidate("light", 1);
const heavy = candidate("heavy", 9);
const all: Candidates = [idle, light, heavy];

/** Gives these numbers, one a call. */
const numbers =
  (...given: number[]) =>
  () =>
    given.shift() ?? 0;

describe.each(schemeNames)("%s", (name) => {
  test("takes the only candidate", () => {
    expect(schemes[name]([heavy], numbers(0.99, 0.99))).toBe(heavy.engine);
  });

  test("takes a candidate whatever the random numbers are", () => {
    for (const fraction of [0, 0.3, 0.5, 0.999999])
      expect(all.map(({ engine }) => engine)).toContain(schemes[name](all, () => fraction));
  });
});

test("leastload takes the least loaded engine and the longest idle of equals", () => {
  expect(schemes.leastload(all, numbers())).toBe(light.engine);
  expect(schemes.leastload([idle, candidate("other", 2)], numbers())).toBe(idle.engine);
});

test("lru takes the longest idle engine, whatever its load", () => {
  expect(schemes.lru([heavy, light], numbers())).toBe(heavy.engine);
});

test("plainrandom takes what chance gives", () => {
  expect(schemes.plainrandom(all, numbers(0.7))).toBe(heavy.engine);
});

test("twobin takes the longer idle of two that chance gives", () => {
  expect(schemes.twobin(all, numbers(0.9, 0.4))).toBe(light.engine);
});

test("weighted prefers little load: an engine without tasks is all but certain", () => {
  const free = candidate("free", 0);
  expect(schemes.weighted([heavy, free, light], numbers(0.5, 0.01))).toBe(free.engine);
});
