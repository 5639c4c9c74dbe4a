import { runInThisContext } from "node:vm";
import { remoteError } from "../errors/failures.ts";
import type { FailedEngine, RemoteFailure } from "../errors/remote-error.ts";
import type { mapChunk } from "./map-chunk.ts";

type KeepingChunk = (...call: Parameters<typeof mapChunk>) => Promise<KeptChunk>;

/** Results of a chunk, and for those that are missing what was thrown. */
interface KeptChunk {
  readonly results: unknown[];
  readonly failures: readonly { readonly row: number; readonly failure: Omit<RemoteFailure, "engine" | "method"> }[];
}

/**
 * Calls a function with the elements of one row after the other, and goes on where it throws; what ends or moves the whole
 * call is not kept. It is sent by its source: nothing from outside.
 */
async function keepEach(
  f: (...items: unknown[]) => unknown,
  columns: readonly ArrayLike<unknown>[],
): Promise<KeptChunk> {
  const results: unknown[] = [];
  const failures: { row: number; failure: KeptChunk["failures"][number]["failure"] }[] = [];
  const described = (error: unknown) => {
    if (!(error instanceof Error)) return { ename: "Thrown", evalue: String(error), traceback: [] };
    const ename = error.name === "Error" ? error.constructor.name : error.name;
    const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
    const ours = frames.findIndex((line) => line.includes("tsparallel:map"));
    const own = ours < 0 ? frames : frames.slice(0, ours);
    return { ename, evalue: error.message, traceback: [`${ename}: ${error.message}`, ...own] };
  };
  for (let row = 0; row < (columns[0]?.length ?? 0); row++)
    try {
      const result = f(...columns.map((column) => column[row]));
      results.push(typeof (result as PromiseLike<unknown> | null)?.then === "function" ? await result : result);
    } catch (error) {
      const failure = described(error);
      if (/^(UnmetDependency|KeyboardInterrupt|TaskAborted|ExitRequest)$/.test(failure.ename)) throw error;
      results.push(undefined);
      failures.push({ row, failure });
    }
  return { results, failures };
}

/** What a chunk of a map runs on an engine where errors take the places of results; see {@link mapChunk}. */
export const keepingChunk = runInThisContext(`(${keepEach.toString()})`, {
  filename: "tsparallel:map",
}) as KeepingChunk;

/** Results of a chunk with errors in the places of those that are missing. */
export function withErrors(value: unknown, engine: FailedEngine | undefined): unknown[] {
  const { results, failures } = value as KeptChunk;
  for (const { row, failure } of failures)
    results[row] = remoteError({ ...failure, method: "apply", ...(engine && { engine }) });
  return results;
}
