import { lendsMemory, withOwnFrames } from "../canning/lent-frames.ts";
import { delimiter, parseHeader, parseParent } from "../protocol/envelope.ts";
import type { Session } from "../protocol/session.ts";
import type { Frames } from "../transport/channel.ts";

/** How long a reply may be on its way to a controller's records. */
const recentMs = 10_000;
const most = { replies: 2048, bytes: 16 << 20 } as const;

interface Sent {
  readonly frames: Frames;
  readonly bytes: number;
  readonly atMs: number;
  /** Whether some of it is memory of the user's. */
  readonly isLent: boolean;
}

/**
 * The replies that an engine has sent last. When a controller dies, those that it had received and not passed on or
 * recorded die with it; its successor would wait for them for ever. So they are sent again once it is there, and when it
 * sends a request again that had been answered: whoever has had one drops it.
 */
export class RecentReplies {
  readonly #session: Session;
  readonly #now: () => number;
  #sent: Sent[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #isHeld = false;

  /** @param now monotonic, in milliseconds */
  constructor(session: Session, now: () => number) {
    this.#session = session;
    this.#now = now;
  }

  /** Notes a reply; the latest is kept whatever its size. */
  add(frames: Frames): void {
    const bytes = frames.reduce((sum, { length }) => sum + length, 0);
    this.#sent.push({ frames, bytes, atMs: this.#now(), isLent: lendsMemory(frames) });
    this.#bytes += bytes;
    while (this.#sent.length > 1 && (this.#sent.length > most.replies || this.#bytes > most.bytes)) this.#dropOldest();
    if (!this.#isHeld) this.#timer ??= setTimeout(() => this.#dropOld(), recentMs).unref();
  }

  /** Ends the use of memory of others: they may overwrite it now. What is too large to be copied is forgotten. */
  own(): void {
    const kept = this.#sent.filter(({ isLent, bytes }) => !isLent || bytes <= most.bytes);
    this.#sent = kept.map((sent) =>
      sent.isLent ? { ...sent, isLent: false, frames: withOwnFrames(sent.frames, Number.POSITIVE_INFINITY) } : sent,
    );
    this.#bytes = this.#sent.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The controller is away: what was sent last is kept until it is back. */
  hold(): void {
    this.#isHeld = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** @returns what was sent before the controller went, to be sent again: under new ids, as no signature may come twice */
  takeAgain(): Frames[] {
    if (!this.#isHeld) return [];
    const frames = this.#sent.map((sent) => this.#renewed(sent.frames));
    this.#isHeld = false;
    this.#sent = [];
    this.#bytes = 0;
    return frames;
  }

  /** @returns the reply to a request that has come once more; `undefined` where it is not known, or not there yet */
  again(request: readonly Buffer[]): Frames | undefined {
    const { packer } = this.#session;
    const id = parseHeader(frameAfter(request, 2), packer).msg_id;
    const isAnswer = ({ frames }: Sent) => parseParent(frameAfter(frames, 3), packer)?.msg_id === id;
    const sent = this.#sent.findLast(isAnswer);
    return sent && this.#renewed(sent.frames);
  }

  #dropOld(): void {
    const untilMs = this.#now() - recentMs;
    while (this.#sent[0] && this.#sent[0].atMs <= untilMs) this.#dropOldest();
    const [oldest] = this.#sent;
    this.#timer = oldest && setTimeout(() => this.#dropOld(), oldest.atMs - untilMs).unref();
  }

  #dropOldest(): void {
    this.#bytes -= this.#sent.shift()?.bytes ?? 0;
  }

  #renewed(frames: Frames): Frames {
    const at = frames.findIndex((frame) => frame.equals(delimiter));
    const rest = frames.slice(at + 3);
    const { packer, signer } = this.#session;
    const header = parseHeader(frameAfter(frames, 2), packer);
    const renewed = packer.encode({ ...header, msg_id: this.#session.header(header.msg_type).msg_id });
    const signature = Buffer.from(signer.sign([renewed, ...rest.slice(0, 3)]), "latin1");
    return [...frames.slice(0, at + 1), signature, renewed, ...rest];
  }
}

/** @param offset from the delimiter; of a message that was packed or verified */
function frameAfter(frames: Frames, offset: number): Buffer {
  const frame = frames[frames.findIndex((each) => each.equals(delimiter)) + offset];
  if (!frame) throw new Error("A whole message has all its frames.");
  return frame;
}
