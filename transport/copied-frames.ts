import { isUtf8 } from "node:buffer";
import { isMainThread } from "node:worker_threads";
import type { Frames } from "./channel.ts";

/** zeromq.js copies frames up to this size; a longer Buffer is lent to libzmq until it is sent. A string is copied. */
const copiedBytes = 128;
/** Up to here a copy costs less than the return of what was lent, which wakes this thread. */
const cheapCopyBytes = 4096;

/**
 * Frames as they may be given to a socket of this thread: text, which nearly all is that is sent, as strings.
 *
 * A Buffer that is lent comes back through the event loop of its thread, which it wakes once more for each message. And
 * a worker thread that ends while something is on its way corrupts the heap of the process (zeromq.js 6.8, seen as
 * SIGABRT at every thirtieth exit), so there all text is copied.
 */
export const sendable = (frames: Frames): Buffer[] => frames.map(copied) as Buffer[];

const longestCopied = isMainThread ? cheapCopyBytes : Number.POSITIVE_INFINITY;

const copied = (frame: Buffer): Buffer | string =>
  frame.length > copiedBytes && frame.length <= longestCopied && isUtf8(frame) ? frame.toString("utf8") : frame;
