import type { Frames } from "./channel.ts";

/** Frames end to end, and how to take them apart again. */
export interface JoinedFrames<Memory extends ArrayBufferLike = ArrayBufferLike> {
  readonly bytes: Buffer<Memory>;
  readonly lengths: readonly number[];
}

/** Copies the frames into memory that belongs to nothing else, so that it can be given to another thread. */
export function joinFrames(frames: Frames): JoinedFrames<ArrayBuffer> {
  const lengths = frames.map((frame) => frame.length);
  const bytes = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const frame of frames) at += frame.copy(bytes, at);
  return { bytes, lengths };
}

/** Views of the bytes, not copies. */
export function splitFrames({ bytes, lengths }: JoinedFrames): Frames {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return bytes.subarray(end - length, end);
  });
}

/** Larger frames are left alone: what memory of their own costs is small beside them, and a copy is not. */
const mostCopied = 1024;

/**
 * The same message for keeping. Each frame of a socket has memory of its own, which costs 400 bytes beside what is in
 * it; here the small ones share one piece.
 */
export function compactFrames(frames: Frames): Frames {
  let size = 0;
  for (const frame of frames) if (frame.length <= mostCopied) size += frame.length;
  const bytes = Buffer.allocUnsafe(size);
  let end = 0;
  return frames.map((frame) => {
    if (frame.length > mostCopied) return frame;
    bytes.set(frame, end);
    end += frame.length;
    return bytes.subarray(end - frame.length, end);
  });
}
