import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { painter, wantsColours } from "../../cli/log/record-text.ts";
import { nearest } from "../../cli/nearest.ts";
import { UsageError } from "../../cli/usage-error.ts";
import { describeCluster } from "../cluster-listing.ts";
import { ClusterStore } from "../cluster-store.ts";
import { commandChoice } from "../command-choice.ts";
import { FolderChanges } from "../folder-changes.ts";
import { say } from "../foreground.ts";
import { Interrupts } from "../interrupts.ts";
import { findProfile } from "../profile.ts";
import { jsonPrinter, type LinePrinter, type PartLine, textPrinter } from "./line-printer.ts";
import { findLogs, type LogSource } from "./log-source.ts";
import { isPartOf, LogView } from "./log-view.ts";
import { type LogsOptions, momentOf } from "./logs-options.ts";

const defaultLines = 100;
/** Lines come in bursts: they are sorted together. */
const settleMs = 50;
/** Where the system cannot watch a folder, this is how late a line may be. */
const pollMs = 500;

/** The body of `ipcluster logs`. */
export async function showLogs(options: LogsOptions): Promise<number> {
  const store = new ClusterStore(findProfile(options), options.clusterId);
  const look = (): readonly LogSource[] => findLogs(store, store.read(), options.all);
  const { since, part: parts, level, follow, output } = options;
  const sinceMs = since === undefined ? 0 : (momentOf(since, Date.now()) ?? 0);
  const view = new LogView({ parts, level, sinceMs });
  const sources = look();
  const most = options.lines ?? (since === undefined ? defaultLines : Number.MAX_SAFE_INTEGER);
  const lines = view.open(sources, most, !follow);
  const isRunning = describeCluster(store).state !== "stopped";
  if (sources.length === 0 && !follow) throw new Error(nothingLogged(store));
  sayMissing(store, sources, isRunning);
  requireParts(view.parts, parts, follow);
  const print = printerFor(output);
  print(lines);
  if (follow) await followLogs(store, (nowMs) => view.added(look(), nowMs), print);
  return 0;
}

/** Prints what is added until Ctrl-C, or until nobody reads any more. */
async function followLogs(
  store: ClusterStore,
  added: (nowMs: number) => readonly PartLine[],
  print: (lines: readonly PartLine[]) => void,
): Promise<void> {
  using interrupts = new Interrupts();
  const readerGone = new AbortController();
  process.stdout.once("error", () => readerGone.abort());
  const stop = AbortSignal.any([interrupts.stop, readerGone.signal]);
  using changes = new FolderChanges([store.paths.log, store.paths.security]);
  while (!stop.aborted) {
    print(added(Date.now()));
    await changes.next(pollMs, stop);
    await sleep(settleMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

function printerFor(output: LogsOptions["output"]): (lines: readonly PartLine[]) => void {
  // Whoever reads may have seen enough: `ipcluster logs | head`.
  process.stdout.on("error", () => undefined);
  const paint = painter(process.stdout.isTTY && wantsColours(process.env));
  const printer: LinePrinter = output === "json" ? jsonPrinter : textPrinter(paint);
  return (lines) => {
    if (lines.length > 0) process.stdout.write(printer(lines));
  };
}

function nothingLogged(store: ClusterStore): string {
  return (
    `Nothing has been logged by a cluster of ${store.title}. Start one with \`ipcluster start ${commandChoice(store)}\`; ` +
    "`ipcluster list` shows those that run. Programs that were started by hand log to their terminal, unless they are told --log-to-file."
  );
}

/** Tells what the reader might look for in vain. */
function sayMissing({ title }: ClusterStore, sources: readonly LogSource[], isRunning: boolean): void {
  if (!isRunning && sources.length > 0)
    say(`The cluster of ${title} does not run now: this is the log of its latest run.`);
  if (isRunning && !sources.some(({ role }) => role === "controller"))
    say("The controller was not started by ipcluster: its log is in the terminal or file it was started with.");
  for (const { path } of sources)
    if (!existsSync(path)) say(`${path} is missing: it was removed, or its program has not been able to write it.`);
}

/** @throws {UsageError} where a part is asked for that is not there */
function requireParts(there: readonly string[], asked: readonly string[], isFollowing: boolean): void {
  for (const part of asked) {
    if (part === "engines" || there.some((each) => isPartOf(each, [part]))) continue;
    const meant = nearest(part, [...there, "engines"]);
    const text = `There is no part "${part}"${meant ? `: did you mean "${meant}"?` : "."} There are: ${[...new Set(there)].sort().join(", ")}.`;
    // An engine may join later.
    if (!isFollowing || !/^engine-\d+$/.test(part)) throw new UsageError(text);
    say(`${part} is not there yet; waiting for it.`);
  }
}
