import { isUtf8 } from "node:buffer";
import { isMainThread } from "node:worker_threads";
import type { Frames } from "./channel.ts";

/** zeromq.js copies frames up to this size; a longer Buffer is lent to libzmq until it is sent. */
const copiedBytes = 128;

/**
 * Frames as they may be given to a socket of this thread.
 *
 * A Buffer that is lent comes back through the event loop of its thread, whatever has become of that: a worker thread
 * that ends while something is on its way corrupts the heap of the process (zeromq.js 6.8, seen as SIGABRT at every
 * thirtieth exit). Strings are copied, so what worker threads send, which is nearly all text, goes as strings.
 */
export const sendable = (frames: Frames): Buffer[] =>
  isMainThread ? (frames as Buffer[]) : (frames.map(copied) as Buffer[]);

const copied = (frame: Buffer): Buffer | string =>
  frame.length > copiedBytes && isUtf8(frame) ? frame.toString("utf8") : frame;
