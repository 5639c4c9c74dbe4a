import type { EngineUuid } from "../../../protocol/ids.ts";

/** An engine that may take a task now. */
export interface Candidate {
  readonly engine: EngineUuid;
  /** Tasks that it holds. */
  readonly outstanding: number;
}
export type Candidates = readonly [Candidate, ...Candidate[]];

/**
 * Chooses among engines that are given in the order in which they last took a task, longest idle first.
 * @param random gives numbers in [0, 1)
 */
export type Scheme = (candidates: Candidates, random: () => number) => EngineUuid;

/** The least loaded engine, the longest idle of equals. */
const leastload: Scheme = (candidates) => {
  let [best] = candidates;
  for (const candidate of candidates) if (candidate.outstanding < best.outstanding) best = candidate;
  return best.engine;
};

const lru: Scheme = ([longestIdle]) => longestIdle.engine;

const plainrandom: Scheme = (candidates, random) => pick(candidates, random()).engine;

/** The longer idle of two random ones: near `lru` at constant cost. */
const twobin: Scheme = (candidates, random) => {
  const [a, b] = [indexOf(candidates, random()), indexOf(candidates, random())];
  return (candidates[Math.min(a, b)] ?? candidates[0]).engine;
};

/** The less loaded of two picked with weights inverse to their load. */
const weighted: Scheme = (candidates, random) => {
  const [a, b] = [pickByWeight(candidates, random()), pickByWeight(candidates, random())];
  return (b.outstanding < a.outstanding ? b : a).engine;
};

/** By the names that ipyparallel gives them (`TaskScheduler.scheme_name`). */
export const schemes = { leastload, lru, plainrandom, twobin, weighted } satisfies Record<string, Scheme>;
export type SchemeName = keyof typeof schemes;
export const schemeNames = Object.keys(schemes) as [SchemeName, ...SchemeName[]];

const indexOf = (candidates: Candidates, fraction: number): number => Math.floor(fraction * candidates.length);

const pick = (candidates: Candidates, fraction: number): Candidate =>
  candidates[indexOf(candidates, fraction)] ?? candidates[0];

/** An idle engine weighs a million times one with a task, as in ipyparallel. */
const weight = ({ outstanding }: Candidate): number => 1 / (1e-6 + outstanding);

function pickByWeight(candidates: Candidates, fraction: number): Candidate {
  let rest = fraction * candidates.reduce((sum, candidate) => sum + weight(candidate), 0);
  for (const candidate of candidates) {
    rest -= weight(candidate);
    if (rest < 0) return candidate;
  }
  return candidates[0];
}
