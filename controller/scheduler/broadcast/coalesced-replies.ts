import type { EngineUuid, MsgId } from "../../../protocol/ids.ts";

interface Collection<Reply> {
  engines: readonly EngineUuid[];
  readonly replies: Map<EngineUuid, Reply>;
  readonly keepsParts: boolean;
}

/** Replies that are to be answered by one message, in the order of the request's targets. */
export interface Collected<Reply> {
  readonly replies: readonly [Reply, ...Reply[]];
  /** Whether the client wants to see each of them. */
  readonly keepsParts: boolean;
}

/**
 * Collects the replies to broadcast requests that are to be answered by one message. When an engine is lost, the client
 * learns so by itself: a request that keeps parts goes on without it, any other is over.
 */
export class CoalescedReplies<Reply> {
  readonly #open = new Map<MsgId, Collection<Reply>>();

  get size(): number {
    return this.#open.size;
  }

  start(request: MsgId, engines: readonly EngineUuid[], keepsParts: boolean): void {
    if (engines.length > 0) this.#open.set(request, { engines, replies: new Map(), keepsParts });
  }

  /** @returns all replies, once the last one is in */
  add(request: MsgId, engine: EngineUuid, reply: Reply): Collected<Reply> | undefined {
    const collection = this.#open.get(request);
    if (!collection?.engines.includes(engine)) return undefined;
    collection.replies.set(engine, reply);
    return this.#complete(request, collection);
  }

  /** @returns the replies that wait for no other engine now */
  engineLost(engine: EngineUuid): readonly Collected<Reply>[] {
    const completed: Collected<Reply>[] = [];
    for (const [request, collection] of this.#open) {
      if (!collection.engines.includes(engine) || collection.replies.has(engine)) continue;
      collection.engines = collection.keepsParts ? collection.engines.filter((each) => each !== engine) : [];
      const collected = this.#complete(request, collection);
      if (collected) completed.push(collected);
    }
    return completed;
  }

  #complete(request: MsgId, { engines, replies, keepsParts }: Collection<Reply>): Collected<Reply> | undefined {
    if (engines.some((engine) => !replies.has(engine))) return undefined;
    this.#open.delete(request);
    const [first, ...others] = engines.flatMap((engine) => replies.get(engine) ?? []);
    return first && { replies: [first, ...others], keepsParts };
  }
}
