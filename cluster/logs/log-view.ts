import { type LogLevel, levelNumber } from "../../cli/log/log-levels.ts";
import type { PartLine } from "./line-printer.ts";
import { type LogLine, readLine } from "./log-line.ts";
import { type LogSource, latestIntroduction, partOf } from "./log-source.ts";
import { LogTail } from "./log-tail.ts";
import { changedMs, endOfLines, linesBackwards } from "./read-tail.ts";
import { mergeLines, recentLines } from "./recent-lines.ts";

/** Which lines to show. */
export interface LineFilter {
  /** `controller`, `engines` or a part's name; all where none is given. */
  readonly parts: readonly string[];
  readonly level: LogLevel;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
}

interface OpenLog {
  readonly source: LogSource;
  readonly tail: LogTail;
  /** Id of the engine that writes it, as of its latest line. */
  engine: number | undefined;
}

/** The logs of a cluster's parts as one: first what is there, then what is added. */
export class LogView {
  readonly #filter: LineFilter;
  readonly #logs = new Map<string, OpenLog>();

  constructor(filter: LineFilter) {
    this.#filter = filter;
  }

  /** Names of the parts whose logs have been opened. */
  get parts(): readonly string[] {
    return [...this.#logs.values()].map(({ source, engine }) => partOf(source, engine));
  }

  /**
   * The latest lines of these logs, in the order of time.
   * @param isEnded nobody writes any more or is waited for: a last line without its end is shown too
   */
  open(sources: readonly LogSource[], most: number, isEnded: boolean): readonly PartLine[] {
    const lines = mergeLines(sources.map((source) => this.#openOne(source, most, isEnded)));
    return most === 0 ? [] : lines.slice(-most);
  }

  /** What has been added since, in the order of time; logs that are new are read from their beginning. */
  added(sources: readonly LogSource[], nowMs: number): readonly PartLine[] {
    for (const source of sources)
      if (!this.#logs.has(source.path))
        this.#logs.set(source.path, { source, tail: new LogTail(source.path, 0), engine: undefined });
    return mergeLines([...this.#logs.values()].map((log) => this.#addedTo(log, nowMs)));
  }

  #openOne(source: LogSource, most: number, isEnded: boolean): readonly PartLine[] {
    const { path } = source;
    const end = isEnded ? undefined : endOfLines(path);
    const engine = latestIntroduction(source)?.engine;
    const log = { source, tail: new LogTail(path, end ?? 0), engine };
    this.#logs.set(path, log);
    const wants = (line: LogLine) => this.#wants(line, partOf(source, line.engine ?? engine));
    const choice = { wants, most, sinceMs: this.#filter.sinceMs };
    const lines = recentLines(withEarlier(path, end), choice, changedMs(path));
    return lines.map((each) => ({ ...each, path, part: partOf(source, each.line.engine ?? engine) }));
  }

  #addedTo(log: OpenLog, nowMs: number): readonly PartLine[] {
    return log.tail.read().flatMap((text) => {
      const line = readLine(text);
      log.engine = line.engine ?? log.engine;
      const part = partOf(log.source, log.engine);
      return this.#wants(line, part) ? [{ part, path: log.source.path, timeMs: line.timeMs ?? nowMs, line }] : [];
    });
  }

  /** A line that tells no level is always wanted: nobody knows how grave it is. */
  #wants({ level }: LogLine, part: string): boolean {
    const isGrave = level === undefined || levelNumber(level) >= levelNumber(this.#filter.level);
    return isGrave && isPartOf(part, this.#filter.parts);
  }
}

/** Whether a part is among those asked for. */
export function isPartOf(part: string, asked: readonly string[]): boolean {
  return asked.length === 0 || asked.includes(part) || (part !== "controller" && asked.includes("engines"));
}

/** A log and, before it, what it held before it started anew. */
function* withEarlier(path: string, end: number | undefined): Generator<string> {
  yield* linesBackwards(path, end);
  yield* linesBackwards(`${path}.1`);
}
