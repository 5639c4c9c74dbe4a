import { logLevels } from "../../cli/log/log-levels.ts";
import { messageText, painter } from "../../cli/log/record-text.ts";
import type { StoredCluster } from "../cluster-store.ts";
import { runningPid } from "../launchers/local-process.ts";
import type { LogLine } from "../logs/log-line.ts";
import { latestIntroduction } from "../logs/log-source.ts";
import { changedMs, linesBackwards } from "../logs/read-tail.ts";
import { recentLines } from "../logs/recent-lines.ts";
import type { SeenProcess } from "./cluster-status.ts";
import { type ProcessUsage, usageOf } from "./process-usage.ts";

/** Processor time by process, and when it was read: two of them give a share. */
interface UsageSample {
  readonly atMs: number;
  readonly usage: ReadonlyMap<number, ProcessUsage>;
}

/** The processes that the cluster file names; those of other machines cannot be seen from here. */
export class SeenProcesses {
  readonly #stored: StoredCluster;
  readonly #pids: readonly (number | undefined)[];
  /** Of the moment that this was made. */
  readonly #earlier: UsageSample;

  constructor(stored: StoredCluster) {
    this.#stored = stored;
    this.#pids = stored.processes.map(({ record }) => runningPid(record));
    this.#earlier = this.#sample();
  }

  /** Shares of processors are of the time since this was made. */
  look(): readonly SeenProcess[] {
    const now = this.#sample();
    return this.#stored.processes.map(({ role, name, record }, index) => {
      const pid = this.#pids[index];
      const log = record.outputFile;
      return {
        ...{ role, name, pid, log },
        engine: latestIntroduction({ path: log, role })?.engine,
        memoryMib: pid === undefined ? undefined : now.usage.get(pid)?.memoryMib,
        processor: pid === undefined ? undefined : shareOf(pid, this.#earlier, now),
        lastWords: lastWords(log),
      };
    });
  }

  #sample(): UsageSample {
    return { atMs: performance.now(), usage: usageOf(this.#pids.filter((pid) => pid !== undefined)) };
  }
}

/** Less than this between two samples tells nothing: the system counts in hundredths of a second. */
const leastMs = 100;

function shareOf(pid: number, earlier: UsageSample, now: UsageSample): number | undefined {
  const [before, after] = [earlier.usage.get(pid), now.usage.get(pid)];
  const elapsedMs = now.atMs - earlier.atMs;
  if (!before || !after || elapsedMs < leastMs) return undefined;
  return Math.max(0, ((after.processorS - before.processorS) * 1000) / elapsedMs);
}

/** So far back an error still explains an end. */
const tellingLines = 50;

/** The last error of a log, else its last line: in one line. */
function lastWords(path: string): string | undefined {
  if (path === "") return undefined;
  const choice = { wants: ({ msg }: LogLine) => msg.trim() !== "", most: tellingLines, sinceMs: 0 };
  const lines = recentLines(linesBackwards(path), choice, changedMs(path)).map(({ line }) => line);
  const isError = ({ level }: LogLine) => level !== undefined && logLevels[level] >= logLevels.error;
  const line = lines.findLast(isError) ?? lines.at(-1);
  return line && messageText(line.msg, line.fields, painter(false)).split("\n")[0];
}
