import { expect, test } from "vitest";
import { guardedScheme } from "../../../../../controller/scheduler/placement/guarded-scheme.ts";
import type { Candidates, Scheme } from "../../../../../controller/scheduler/placement/schemes.ts";
import { engineUuid } from "../../../../../protocol/ids.ts";

const [busy, idle] = [engineUuid("busy"), engineUuid("idle")];
const candidates: Candidates = [
  { engine: busy, outstanding: 2 },
  { engine: idle, outstanding: 0 },
];

function choose(scheme: Scheme) {
  const problems: string[] = [];
  const guarded = guardedScheme(scheme, (problem) => void problems.push(problem));
  const chosen = [1, 2].map(() => guarded(candidates, () => 0.5));
  return { chosen, problems };
}

test("a scheme that chooses a candidate is followed", () => {
  expect(choose(([first]) => first.engine)).toEqual({ chosen: [busy, busy], problems: [] });
});

test.each<[string, Scheme, string]>([
  [
    "throws",
    () => {
      throw new RangeError("no");
    },
    "it threw RangeError: no",
  ],
  ["chooses a stranger", () => engineUuid("stranger"), 'it chose "stranger", which is not among its candidates'],
  ["chooses nothing", () => undefined as never, "it chose a value of type undefined"],
  ["chooses late", (async () => busy) as never, "it chose a value of type object"],
])("where a scheme %s, leastload chooses, and that is said once", (_what, scheme, problem) => {
  const { chosen, problems } = choose(scheme);
  expect(chosen).toEqual([idle, idle]);
  expect(problems).toEqual([expect.stringContaining(problem)]);
});

test("a scheme cannot reach the scheduler's own lists", () => {
  const greedy: Scheme = (offered) => {
    (offered as unknown as unknown[]).length = 0;
    return busy;
  };
  expect(choose(greedy)).toEqual({ chosen: [busy, busy], problems: [] });
  expect(candidates).toHaveLength(2);
});
