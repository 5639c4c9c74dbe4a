/**
 * Array frames up to this many bytes are copied when they are canned for sending: that costs no more than the return
 * of lent memory, and they may be overwritten at once.
 */
const mostCopied = 64 * 1024;

/**
 * Canned buffers of which the smaller ones own their memory. The head frame always does.
 * @param limit bytes up to which frames are copied; `Infinity` copies all
 */
export const withOwnFrames = (buffers: readonly Buffer[], limit = mostCopied): Buffer[] =>
  buffers.map((frame, index) => (index === 0 || frame.length > limit ? frame : copied(frame)));

/** Whether buffers so made are still the sender's memory in part. */
export const lendsMemory = (buffers: readonly Buffer[]): boolean =>
  buffers.some((frame, index) => index > 0 && frame.length > mostCopied);

function copied(frame: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(frame.length);
  frame.copy(copy);
  return copy;
}
