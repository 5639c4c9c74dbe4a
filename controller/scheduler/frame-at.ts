import { InvalidMessage } from "../../protocol/envelope.ts";
import type { Frames } from "../../transport/channel.ts";

/** A frame whose presence `verifyFrames` has checked. */
export function frameAt(frames: Frames, at: number): Buffer {
  const found = frames[at];
  if (!found) throw new InvalidMessage(`frame ${at} is missing`);
  return found;
}
