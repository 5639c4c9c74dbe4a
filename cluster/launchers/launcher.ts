/** One kind of process to start, and where its output goes. */
export interface LaunchPlan {
  readonly kind: "controller" | "engine";
  /** Program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Added to the environment of the caller. */
  readonly environment: Readonly<Record<string, string>>;
  /** File that takes stdout and stderr of the process of this index; it is appended to. */
  outputFile(index: number): string;
}

/** What a cluster file keeps of a process, for another program to find it again. */
export interface ProcessRecord {
  readonly pid: number;
  /** When the process was started, as `startsOf` tells it; `undefined` where only the id is known. */
  readonly start: string | undefined;
  readonly outputFile: string;
}

/** A started process (or batch job) that its launcher can watch and end. Disposing ends it. */
export interface LaunchedProcess extends AsyncDisposable {
  /** Process id, job id: whatever the platform's own tools would call it. */
  readonly label: string;
  readonly record: ProcessRecord;
  /**
   * Settles when the process has ended, with its exit code: 128 + the signal's number where a signal ended it,
   * `undefined` where none is known. Waiting for it keeps no program alive.
   */
  readonly exited: Promise<number | undefined>;
  /**
   * Asks the process to end, kills it after 5 s, and resolves when it is gone.
   * @param hurry aborting it kills at once
   */
  end(hurry?: AbortSignal): Promise<void>;
}

/** Starts engines or a controller on one kind of platform. `test/contract/launcher.ts` is its specification. */
export interface Launcher {
  /**
   * Starts `count` processes that outlive the caller and its terminal. When one cannot be started, none is left.
   * @throws `signal.reason` when aborted, and then nothing was started
   */
  start(plan: LaunchPlan, count: number, signal?: AbortSignal): Promise<LaunchedProcess[]>;
  /** Those of the recorded processes that still run, in the same order. */
  find(records: readonly ProcessRecord[]): LaunchedProcess[];
}

/** "exit code 1", "SIGKILL" or "an unknown exit code": for messages. */
export function describeExit(code: number | undefined, signals: Readonly<Record<string, number>>): string {
  if (code === undefined) return "an unknown exit code";
  const [signal] = Object.entries(signals).find(([, number]) => number === code - 128) ?? [];
  return signal ?? `exit code ${code}`;
}
