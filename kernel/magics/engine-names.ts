import { runInThisContext } from "node:vm";
import type { DirectView } from "../../client/direct-view.ts";
import { TimeoutError } from "../../client/errors/failures.ts";
import type { Arity } from "../../client/results/result-plan.ts";

/** An engine that does not answer in this time is busy: what it will have by then is not known yet. */
const idleMs = 500;

const variablesAmong = (wanted: readonly string[]): string[] => wanted.filter((name) => name in globalThis);

/** From a script of its own it travels by its source, as users' functions do; engines need not load this module. */
const question = runInThisContext(`(${variablesAmong.toString()})`, {
  filename: "tsparallel:names",
}) as typeof variablesAmong;

/**
 * Which of these names engines of the view have as variables. Where an engine is too busy to answer, all of them: code
 * that waits there may still make them.
 */
export async function engineNames(view: DirectView<Arity>, names: readonly string[]): Promise<readonly string[]> {
  const found = view.apply(question, names);
  try {
    return [await found.get({ timeoutMs: idleMs })].flat(2);
  } catch (error) {
    // A busy engine hears of it when it is free, a dead one never.
    if (error instanceof TimeoutError) found.abort().catch(() => undefined);
    // An engine that fails to answer says more when the code itself is sent to it.
    return names;
  }
}
