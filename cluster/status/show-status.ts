import { setTimeout as sleep } from "node:timers/promises";
import { painter, wantsColours } from "../../cli/log/record-text.ts";
import type { ClusterRow } from "../../protocol/clusters-rpc.ts";
import { clientConnection, parseConnectionText } from "../../protocol/connection-file.ts";
import { readIfThere } from "../cluster-file.ts";
import { describeCluster } from "../cluster-listing.ts";
import { ClusterStore } from "../cluster-store.ts";
import { commandChoice } from "../command-choice.ts";
import { say } from "../foreground.ts";
import { Interrupts } from "../interrupts.ts";
import { findProfile } from "../profile.ts";
import { type ClusterStatus, clusterStatus, endOf, type SeenProcess } from "./cluster-status.ts";
import { HubInquiry, NoAnswer } from "./hub-inquiry.ts";
import { askHub } from "./hub-report.ts";
import { SeenProcesses } from "./seen-processes.ts";
import type { StatusOptions } from "./status-options.ts";
import { statusText } from "./status-text.ts";

/** Shares of processors are of so long at least. */
const sampleMs = 200;
/** From the top of the screen: what was scrolled away before stays. */
const clearScreen = "\x1b[H\x1b[2J";

/** The body of `ipcluster status`. */
export async function showStatus(options: StatusOptions): Promise<number> {
  const store = new ClusterStore(findProfile(options), options.clusterId);
  const print = printerFor(options);
  if (!options.watch) {
    print(await lookAt(store, options));
    return 0;
  }
  using interrupts = new Interrupts();
  const { stop } = interrupts;
  process.stdout.once("error", () => process.exit(0));
  while (!stop.aborted) {
    try {
      print(await lookAt(store, options));
    } catch (error) {
      // It may come back: a controller that restarts is gone for a moment.
      say(error instanceof Error ? error.message : String(error));
    }
    await sleep(options.interval * 1000, undefined, { signal: stop }).catch(() => undefined);
  }
  return 0;
}

/** @throws {NoAnswer} with what this machine knows of the controller */
async function lookAt(store: ClusterStore, { timeout }: StatusOptions): Promise<ClusterStatus> {
  const { clientFile } = store.paths;
  const stored = store.read();
  const processes = stored ? new SeenProcesses(stored) : undefined;
  const text = readIfThere(clientFile);
  const row = describeCluster(store);
  // Without a cluster file, whoever wrote the connection file was started by hand.
  if (text === undefined || (stored && row.state !== "running"))
    throw new NoAnswer(notRunning(store, row, processes?.look() ?? []));
  const connection = parseConnectionText(clientConnection, text, clientFile);
  await using inquiry = await HubInquiry.open(connection, clientFile);
  const [hub] = await Promise.all([
    askHub((type, content) => inquiry.ask(type, content, timeout * 1000)),
    processes ? sleep(sampleMs) : undefined,
  ]);
  return clusterStatus({
    profile: store.profile.name,
    clusterId: store.clusterId,
    address: inquiry.address,
    hub,
    processes: processes?.look() ?? [],
  });
}

function notRunning(store: ClusterStore, { state, problem }: ClusterRow, processes: readonly SeenProcess[]): string {
  const { title } = store;
  const choice = commandChoice(store);
  if (state === "starting")
    return `The cluster of ${title} is starting: its controller has not written its connection files yet. See \`ipcluster logs ${choice}\`.`;
  const controller = processes.find(({ role, pid }) => role === "controller" && pid === undefined);
  if (problem !== undefined) return [problem, ...(controller ? [endOf(controller)] : [])].join("\n");
  return `No cluster of ${title} is running. Start one with \`ipcluster start ${choice}\`; \`ipcluster list\` shows those that run.`;
}

function printerFor({ output, watch }: StatusOptions): (status: ClusterStatus) => void {
  const { stdout } = process;
  const paint = painter(stdout.isTTY && wantsColours(process.env));
  const start = watch && stdout.isTTY && output === "text" ? clearScreen : "";
  // Where nothing is cleared, a blank line tells one look from the next.
  const end = watch && !stdout.isTTY && output === "text" ? "\n\n" : "\n";
  return (status) => {
    const text = output === "json" ? JSON.stringify(status) : statusText(status, paint);
    stdout.write(`${start}${text}${end}`);
  };
}
