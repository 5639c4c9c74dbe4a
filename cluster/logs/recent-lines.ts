import { type LogLine, readLine } from "./log-line.ts";

/** A line and when it was written, as well as anybody can tell. */
export interface TimedLine {
  readonly timeMs: number;
  readonly line: LogLine;
}

export interface LineChoice {
  readonly wants: (line: LogLine) => boolean;
  /** Most lines. */
  readonly most: number;
  /** Earlier ones are left out; milliseconds since 1970. */
  readonly sinceMs: number;
}

/** So many lines without a time are held back until one that tells its time comes. */
const mostUntimed = 10_000;

/**
 * The latest wanted lines of one log, oldest first.
 * @param backwards the log's lines from its last to its first; no more are taken than needed
 * @param changedMs when the log was last written to
 */
export function recentLines(backwards: Iterable<string>, choice: LineChoice, changedMs: number): readonly TimedLine[] {
  const kept: TimedLine[] = [];
  for (const each of timedBackwards(backwards, changedMs)) {
    if (kept.length >= choice.most || each.timeMs < choice.sinceMs) break;
    if (choice.wants(each.line)) kept.push(each);
  }
  return kept.reverse();
}

/**
 * A line that tells no time has that of the line before it. Behind the last one that tells any it has the file's: what
 * a process prints as it crashes stands there.
 */
function* timedBackwards(backwards: Iterable<string>, changedMs: number): Generator<TimedLine> {
  let untimed: LogLine[] = [];
  let newerMs: number | undefined;
  for (const text of backwards) {
    const line = readLine(text);
    const { timeMs } = line;
    if (timeMs === undefined) untimed.push(line);
    if (timeMs === undefined && untimed.length < mostUntimed) continue;
    const atMs = newerMs === undefined ? changedMs : (timeMs ?? newerMs);
    yield* untimed.map((each) => ({ timeMs: atMs, line: each }));
    untimed = [];
    if (timeMs === undefined) continue;
    yield { timeMs, line };
    newerMs = timeMs;
  }
  yield* untimed.map((line) => ({ timeMs: newerMs ?? changedMs, line }));
}

/** Lines of several logs in the order of their times; those of one log stay in their order. */
export function mergeLines<Line extends { readonly timeMs: number }>(logs: readonly (readonly Line[])[]): Line[] {
  // Sorting is stable, and nearly sorted runs cost little.
  return logs.flatMap(ascending).sort((a, b) => a.timeMs - b.timeMs);
}

/** A clock that was set back must not move a line in front of the one it follows. */
function ascending<Line extends { readonly timeMs: number }>(lines: readonly Line[]): Line[] {
  let latest = Number.NEGATIVE_INFINITY;
  return lines.map((line) => {
    latest = Math.max(latest, line.timeMs);
    return line.timeMs === latest ? line : { ...line, timeMs: latest };
  });
}
