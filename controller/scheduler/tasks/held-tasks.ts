import type { MsgId } from "../../../protocol/ids.ts";
import type { Frames } from "../../../transport/channel.ts";

/** Node fires a longer timer at once. */
const longestTimeoutMs = 2 ** 31 - 1;

/** Tasks that have not ended, as they came, for they may have to be sent again; and how long they may wait. */
export class HeldTasks {
  readonly #frames = new Map<MsgId, Frames>();
  readonly #timeouts = new Map<MsgId, NodeJS.Timeout>();
  readonly #expire: (task: MsgId) => void;

  /** @param expire told of tasks that have waited too long */
  constructor(expire: (task: MsgId) => void) {
    this.#expire = expire;
  }

  get size(): number {
    return this.#frames.size + this.#timeouts.size;
  }

  /** @param frames the client's address, then the message */
  add(task: MsgId, frames: Frames): void {
    this.#frames.set(task, frames);
  }

  /** @throws when the task has ended: a bug */
  get(task: MsgId): Frames {
    const frames = this.#frames.get(task);
    if (!frames) throw new Error(`Task ${task} is scheduled, but its message is gone.`);
    return frames;
  }

  remove(task: MsgId): void {
    this.#frames.delete(task);
  }

  startTimeout(task: MsgId, timeoutMs: number): void {
    const expire = () => {
      this.#timeouts.delete(task);
      this.#expire(task);
    };
    this.#timeouts.set(task, setTimeout(expire, Math.min(timeoutMs, longestTimeoutMs)));
  }

  stopTimeout(task: MsgId): void {
    if (this.#timeouts.size === 0) return;
    clearTimeout(this.#timeouts.get(task));
    this.#timeouts.delete(task);
  }

  /** No task expires any more. */
  dispose(): void {
    for (const timeout of this.#timeouts.values()) clearTimeout(timeout);
    this.#timeouts.clear();
  }
}
