import type { Frames } from "../../../transport/channel.ts";

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
