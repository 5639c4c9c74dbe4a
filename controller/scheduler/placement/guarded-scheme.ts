import type { EngineUuid } from "../../../protocol/ids.ts";
import { type Candidates, type Scheme, schemes } from "./schemes.ts";

/**
 * A scheme of the user's that cannot lose a task: where it throws, or chooses what it was not offered, `leastload`
 * chooses in its place.
 * @param report told of the first time
 */
export function guardedScheme(scheme: Scheme, report: (problem: string) => void): Scheme {
  let isReported = false;
  return (candidates, random) => {
    const { engine, problem } = tryScheme(scheme, candidates, random);
    if (engine !== undefined) return engine;
    if (!isReported) report(problem);
    isReported = true;
    return schemes.leastload(candidates, random);
  };
}

type Choice =
  | { readonly engine: EngineUuid; readonly problem?: undefined }
  | { readonly engine?: undefined; readonly problem: string };

function tryScheme(scheme: Scheme, [first, ...others]: Candidates, random: () => number): Choice {
  const show = ({ engine, outstanding }: Candidates[number]) => ({ engine, outstanding });
  try {
    const chosen: unknown = scheme([show(first), ...others.map(show)], random);
    const candidate = [first, ...others].find(({ engine }) => engine === chosen);
    if (candidate) return { engine: candidate.engine };
    return { problem: `it chose ${name(chosen)}, which is not among its candidates` };
  } catch (error) {
    return { problem: `it threw ${error instanceof Error ? `${error.name}: ${error.message}` : name(error)}` };
  }
}

const name = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value) : `a value of type ${typeof value}`;
