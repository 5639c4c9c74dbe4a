import type { EngineUuid, MsgId } from "../../../protocol/ids.ts";

interface Collection<Reply> {
  readonly engines: readonly EngineUuid[];
  readonly replies: Map<EngineUuid, Reply>;
}

/**
 * Collects the replies to broadcast requests that are to be answered by one message. An entry lives until its last
 * reply or until one of its engines is lost: the client then fails the request itself.
 */
export class CoalescedReplies<Reply> {
  readonly #open = new Map<MsgId, Collection<Reply>>();

  get size(): number {
    return this.#open.size;
  }

  start(request: MsgId, engines: readonly EngineUuid[]): void {
    this.#open.set(request, { engines, replies: new Map() });
  }

  /** @returns all replies in the order of the request's targets, once the last one is in */
  add(request: MsgId, engine: EngineUuid, reply: Reply): readonly Reply[] | undefined {
    const collection = this.#open.get(request);
    if (!collection?.engines.includes(engine)) return undefined;
    collection.replies.set(engine, reply);
    if (collection.replies.size < collection.engines.length) return undefined;
    this.#open.delete(request);
    return collection.engines.flatMap((each) => collection.replies.get(each) ?? []);
  }

  /** Gives up every request that this engine has not answered. */
  engineLost(engine: EngineUuid): void {
    for (const [request, { engines, replies }] of this.#open)
      if (engines.includes(engine) && !replies.has(engine)) this.#open.delete(request);
  }
}
