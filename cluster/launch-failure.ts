import { constants } from "node:os";
import { messageText, painter } from "../cli/log/record-text.ts";
import { describeExit } from "./launchers/launcher.ts";
import { changedMs, linesBackwards } from "./logs/read-tail.ts";
import { recentLines } from "./logs/recent-lines.ts";

/** A controller or engine that could not be brought up, or not in time. Whatever was started has been stopped again. */
export class LaunchFailure extends Error {
  override name = "LaunchFailure";
}

const mostLines = 12;

/** A process that ended while it was waited for, with its last lines of output. */
export function earlyEnd(name: string, code: number | undefined, outputFile: string): LaunchFailure {
  const lines = lastLines(outputFile);
  const output = lines === "" ? "It printed nothing." : `Its last lines:\n\n${lines}\n`;
  return new LaunchFailure(
    `The ${name} ended (${describeExit(code, constants.signals)}) before the cluster was ready. ${output}\n(log: ${outputFile})`,
  );
}

function lastLines(path: string): string {
  const choice = { wants: () => true, most: mostLines, sinceMs: 0 };
  const lines = recentLines(linesBackwards(path), choice, changedMs(path));
  return lines.map(({ line }) => messageText(line.msg, line.fields, painter(false))).join("\n");
}
