import { closeSync, fstatSync } from "node:fs";
import { changedMs, openIfThere, readBetween } from "./read-tail.ts";

/** Read at a time at most: a log that has grown a lot is read in several turns. */
const mostBytes = 4 * 2 ** 20;

/**
 * Reads what is added to a file, line by line. A file that has been cut is read from its beginning, after what
 * stood in it went to `<file>.1`; one that is not there, or not yet, has no lines.
 */
export class LogTail {
  readonly #path: string;
  #offset: number;
  #inode: number | undefined;
  /** When the log was last cut: a new one may have grown as long as the earlier one within a moment. */
  #cutMs: number;

  /** @param offset where to begin: the end of a line */
  constructor(path: string, offset: number) {
    this.#path = path;
    this.#offset = offset;
    this.#cutMs = changedMs(`${path}.1`);
  }

  /** The whole lines that have been added since the last call; a part of them where they are many. */
  read(): readonly string[] {
    const descriptor = openIfThere(this.#path);
    if (descriptor === undefined) return this.#startOver();
    try {
      const { size, ino } = fstatSync(descriptor);
      const isAnother = this.#inode !== undefined && this.#inode !== ino;
      this.#inode = ino;
      if (isAnother) this.#startOver();
      const cutMs = changedMs(`${this.#path}.1`);
      const isCut = size < this.#offset || cutMs !== this.#cutMs;
      this.#cutMs = cutMs;
      const earlier = isCut ? this.#readMoved() : [];
      return [...earlier, ...this.#take(descriptor, size)];
    } finally {
      closeSync(descriptor);
    }
  }

  /** What came after the last line that was read, before the file was cut. */
  #readMoved(): readonly string[] {
    const moved = openIfThere(`${this.#path}.1`);
    try {
      const { size } = moved === undefined ? { size: 0 } : fstatSync(moved);
      return moved !== undefined && size >= this.#offset ? this.#take(moved, size) : [];
    } finally {
      if (moved !== undefined) closeSync(moved);
      this.#startOver();
    }
  }

  #take(descriptor: number, size: number): readonly string[] {
    const bytes = readBetween(descriptor, this.#offset, Math.min(size, this.#offset + mostBytes));
    const end = bytes.lastIndexOf(0x0a) + 1;
    // A line that is not whole is read again with its end, unless it is longer than anything sensible.
    const taken = end === 0 && bytes.length === mostBytes ? bytes.length : end;
    this.#offset += taken;
    const lines = bytes.subarray(0, taken).toString("utf8").split("\n");
    if (lines.at(-1) === "") lines.pop();
    return lines;
  }

  #startOver(): readonly string[] {
    this.#offset = 0;
    return [];
  }
}
