import { InvalidMessage } from "../../protocol/envelope.ts";
import type { Channel } from "../../transport/channel.ts";

export type Listen = (channel: Channel, take: (frames: Buffer[]) => void) => void;

/**
 * Listens to the channels of a connection: a message that is not sound is dropped, the first one with a warning. Anything
 * else that goes wrong is a bug.
 */
export function soundMessages(): Listen {
  let hasWarned = false;
  return (channel, take) =>
    channel.listen((frames) => {
      try {
        take(frames);
      } catch (error) {
        if (!(error instanceof InvalidMessage)) throw error;
        if (!hasWarned) process.emitWarning(`A message was dropped: ${error.message}; later ones silently.`);
        hasWarned = true;
      }
    });
}
