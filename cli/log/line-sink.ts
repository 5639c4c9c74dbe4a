import { openSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { parseRecord } from "./log-record.ts";
import { painter, recordText, wantsColours } from "./record-text.ts";

/** `auto`: text for people at a terminal, JSON for files and pipes. */
export const logFormats = ["auto", "json", "text"] as const;
export type LogFormat = (typeof logFormats)[number];

export interface SinkOptions {
  /** Appended to instead of stderr. */
  readonly file?: string | undefined;
  readonly format?: LogFormat | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

const stderr = 2;
/** How long a full pipe may hold up the program that writes, and how often it looks. */
const patience = { waits: 20, waitMs: 5 };

/**
 * Takes lines of JSON records and writes each before it returns: the last line before a crash is the one that matters.
 * A reader that is gone, or a full disk, costs lines and nothing else; the next line that gets through says how many (`lost`).
 */
export class LineSink {
  readonly #descriptor: number;
  readonly #form: (line: string) => string;
  #lost = 0;
  /** The last line has been written in part: the next one begins a line of its own. */
  #isTorn = false;

  /** @throws when the file cannot be opened */
  constructor({ file, format = "auto", env = process.env }: SinkOptions) {
    this.#descriptor = file === undefined ? openStderr() : openSync(file, "a", 0o600);
    const isTerminal = file === undefined && isatty(stderr);
    const isText = format === "text" || (format === "auto" && isTerminal);
    const paint = painter(isTerminal && wantsColours(env));
    this.#form = isText ? (line) => textOf(line, (record) => recordText(record, paint)) : (line) => line;
  }

  write(line: string): void {
    const said = this.#lost > 0 ? line.replace(/\}\n$/, `,"lost":${this.#lost}}\n`) : line;
    const bytes = Buffer.from(`${this.#isTorn ? "\n" : ""}${this.#form(said)}`);
    // A reader that has stopped reading is waited for once, not at every line.
    const written = writeUpTo(this.#descriptor, bytes, this.#lost > 0 ? 0 : patience.waits);
    if (written > 0) this.#isTorn = written < bytes.length;
    this.#lost = written === bytes.length ? 0 : this.#lost + 1;
  }
}

/** Opened by Node, a pipe that is full says so instead of holding up whoever writes; that its reader has gone is no error. */
function openStderr(): number {
  process.stderr.on("error", () => undefined);
  return stderr;
}

function textOf(line: string, form: (record: NonNullable<ReturnType<typeof parseRecord>>) => string): string {
  const record = parseRecord(line);
  return record ? `${form(record)}\n` : line;
}

/** @returns how many of the bytes were written */
function writeUpTo(descriptor: number, bytes: Buffer, mostWaits: number): number {
  let written = 0;
  let waits = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      // A pipe that is full for the moment; anything else will not get better by waiting.
      const isFull = error instanceof Error && "code" in error && error.code === "EAGAIN";
      if (!isFull || waits++ >= mostWaits) break;
      Atomics.wait(pause, 0, 0, patience.waitMs);
    }
  }
  return written;
}

const pause = new Int32Array(new SharedArrayBuffer(4));
