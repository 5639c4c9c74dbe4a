// A scheme for the task scheduler: `ipcontroller --hwm=4 --scheme=examples/fill-first.ts`.
import type { Scheme } from "tsparallel/controller-config";

/** Fills one engine before it uses the next, so that the others stay free for direct requests. */
export const scheme: Scheme = (candidates) => {
  const [first] = [...candidates].sort((a, b) => b.outstanding - a.outstanding);
  return (first ?? candidates[0]).engine;
};
