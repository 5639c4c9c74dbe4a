import type { DirectView } from "../../client/direct-view.ts";
import type { AsyncResult } from "../../client/results/async-result.ts";
import type { Arity } from "../../client/results/result-plan.ts";
import { showLive } from "../output/show-live.ts";
import { engineNames } from "./engine-names.ts";
import type { MagicValue } from "./magic-registry.ts";
import type { CheckedCode, PxNotebook } from "./px-notebook.ts";
import type { PxOptions } from "./px-options.ts";

/** How code runs on engines: what the magic's flags say, over the view's own defaults. */
export interface EngineRun {
  readonly view: DirectView<Arity>;
  readonly code: string;
  readonly block: boolean;
  readonly groupOutputs: PxOptions["groupOutputs"];
  /** Told of the result as soon as the code is sent. */
  readonly sent: (result: AsyncResult<unknown>) => void | Promise<void>;
}

/**
 * Runs code on the engines of a view, its output under the running cell.
 * @returns the AsyncResult when it does not block
 * @throws {CompositeError | RemoteError} when it fails there
 * @throws the interrupt's reason, once the engines were told to stop too
 */
export async function runOnEngines(run: EngineRun, notebook: PxNotebook): Promise<MagicValue | undefined> {
  const { view, code, block } = run;
  const checked = view.languages.every(isOurs) ? await checkFor(view, code, notebook) : undefined;
  const result: AsyncResult<unknown> = view.execute(code, { program: checked?.program });
  await run.sent(result);
  if (!block) {
    checked?.commit(false);
    return { value: result };
  }
  try {
    await (run.groupOutputs === undefined ? followLive(result, view, notebook) : finish(result, notebook.interrupted));
  } catch (error) {
    checked?.commit(true);
    throw error;
  } finally {
    if (run.groupOutputs !== undefined && result.ready) await result.displayOutputs(run.groupOutputs);
  }
  checked?.commit(false);
  return undefined;
}

const isOurs = (language: string | undefined): boolean => language === undefined || language === "typescript";

async function checkFor(view: DirectView<Arity>, code: string, notebook: PxNotebook): Promise<CheckedCode> {
  return notebook.check(code, (names) => engineNames(view, names));
}

/** Shows output as it comes, up to an interrupt. */
async function followLive(
  result: AsyncResult<unknown>,
  view: DirectView<Arity>,
  { publish, interrupted }: PxNotebook,
): Promise<void> {
  const shown = showLive(result.streamOutput(), typeof view.targets === "number", publish, interrupted);
  try {
    await finish(result, interrupted);
  } finally {
    await shown;
  }
}

/** Waits for the result. An interrupt of the cell interrupts the engines that run it, and does not wait for them. */
async function finish(result: AsyncResult<unknown>, interrupted: AbortSignal): Promise<void> {
  const onInterrupt = () => {
    // Who has died meanwhile needs no interrupt.
    result.interrupt().catch(() => undefined);
  };
  interrupted.addEventListener("abort", onInterrupt, { once: true });
  try {
    await result.get({ signal: interrupted });
  } finally {
    interrupted.removeEventListener("abort", onInterrupt);
  }
}
