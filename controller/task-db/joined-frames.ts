import type { Frames } from "../../transport/channel.ts";

/** Frames end to end, and how to take them apart again. */
export interface JoinedFrames {
  readonly bytes: Buffer;
  readonly lengths: readonly number[];
}

/** Copies the frames. */
export const joinFrames = (frames: Frames): JoinedFrames => ({
  bytes: Buffer.concat(frames),
  lengths: frames.map((frame) => frame.length),
});

/** Views of the bytes, not copies. */
export function splitFrames({ bytes, lengths }: JoinedFrames): Frames {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return bytes.subarray(end - length, end);
  });
}
