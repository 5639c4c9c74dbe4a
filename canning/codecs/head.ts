import { CanningError } from "../canning-error.ts";
import type { CodecName } from "./codec.ts";

/**
 * First bytes of the head frame, before the codec's own:
 *
 *     "V" or "M" (u8)   layout (u8, 1)   0 0   leading ArrayBuffer frames (u32, little endian)
 */
export const headBytes = 8;
const layout = 1;
const tags: Record<CodecName, number> = { v8: 0x56, msgpack: 0x4d };

export function writeHead(codec: CodecName, arrayBuffers: number): Buffer {
  const head = Buffer.alloc(headBytes);
  head[0] = tags[codec];
  head[1] = layout;
  head.writeUInt32LE(arrayBuffers, 4);
  return head;
}

/**
 * @returns how many of the frames after the head are ArrayBuffers
 * @throws {CanningError} when the frame was canned by another codec, or is none
 */
export function readHead(codec: CodecName, buffers: readonly Buffer[]): number {
  const head = buffers[0];
  if (!head || head.length < headBytes)
    throw new CanningError("cannot read a canned value: its head frame is missing.");
  if (head[0] !== tags[codec]) {
    const name = Object.entries(tags).find(([, tag]) => tag === head[0])?.[0];
    throw new CanningError(
      `cannot read a canned value with codec "${codec}": ${name ? `it was written by "${name}"` : "its head frame has no codec's mark"}.`,
    );
  }
  if (head[1] !== layout)
    throw new CanningError(
      `cannot read a canned value of layout ${head[1]}: this side knows layout ${layout}. Use the same version of tsparallel on all machines.`,
    );
  const arrayBuffers = head.readUInt32LE(4);
  if (arrayBuffers >= buffers.length) throw new CanningError("cannot read a canned value: frames are missing.");
  return arrayBuffers;
}

/** Whatever damaged bytes make a decoder throw, as one kind of error. */
export function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** A name that means nothing here is no damage. */
export function unreadable(cause: unknown): Error {
  if (cause instanceof CanningError || cause instanceof ReferenceError) return cause;
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new CanningError(`cannot read a canned value: ${problem}`, { cause });
}
