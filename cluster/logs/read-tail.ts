import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** How much of a file is read at a time, from its end. */
const blockBytes = 65_536;
/** A longer line is taken in pieces. */
const longestLineBytes = 2 ** 20;
const newline = 0x0a;

/**
 * The lines of a file from its last to its first; reads no more of it than is asked for. None where there is no such
 * file.
 * @param end only what stands before this offset; the whole file unless given
 */
export function* linesBackwards(path: string, end?: number): Generator<string, void, undefined> {
  const descriptor = openIfThere(path);
  if (descriptor === undefined) return;
  try {
    let position = end ?? fstatSync(descriptor).size;
    let rest = Buffer.alloc(0);
    while (position > 0) {
      const start = Math.max(0, position - blockBytes);
      const block = Buffer.concat([readBetween(descriptor, start, position), rest]);
      position = start;
      // The first line of a block may begin in the block before it.
      const cut = start === 0 ? 0 : block.indexOf(newline) + 1;
      const isTooLong = cut === 0 && block.length > longestLineBytes;
      if (start > 0 && cut === 0 && !isTooLong) {
        rest = block;
        continue;
      }
      rest = block.subarray(0, cut);
      const lines = block.subarray(cut).toString("utf8").split("\n");
      if (lines.at(-1) === "") lines.pop();
      yield* lines.reverse();
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Where the last whole line of a file ends: a reader that follows it goes on from there. 0 where there is no file. */
export function endOfLines(path: string): number {
  const descriptor = openIfThere(path);
  if (descriptor === undefined) return 0;
  try {
    return wholeLength(descriptor, fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
}

/** The length without what stands behind the last newline. */
function wholeLength(descriptor: number, length: number): number {
  for (let end = length; end > 0; end -= blockBytes) {
    const start = Math.max(0, end - blockBytes);
    const at = readBetween(descriptor, start, end).lastIndexOf(newline);
    if (at >= 0) return start + at + 1;
  }
  return 0;
}

export function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** What stands between two offsets; less where the file has been cut meanwhile. */
export function readBetween(descriptor: number, start: number, end: number): Buffer {
  const block = Buffer.alloc(Math.max(0, end - start));
  let filled = 0;
  while (filled < block.length) {
    const read = readSync(descriptor, block, filled, block.length - filled, start + filled);
    if (read === 0) break;
    filled += read;
  }
  return block.subarray(0, filled);
}

/** When a file was last written to, in milliseconds since 1970; 0 where there is none. */
export const changedMs = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
