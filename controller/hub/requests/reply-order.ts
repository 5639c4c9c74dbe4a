/**
 * Lets the replies to one peer go in the order of its requests, although some take longer than others.
 * Peers do not wait for one another: an engine that registers never waits for a client's query.
 */
export class ReplyOrder {
  /** The replies that each peer waits for, in order; each settles when it was sent. */
  readonly #outstanding = new Map<string, Promise<void>[]>();

  /** @param reply sent at once where it is there and nothing is before it */
  add<Reply>(peer: string, reply: Reply | Promise<Reply>, send: (reply: Reply) => void): void {
    const line = this.#outstanding.get(peer);
    if (line) line.push(this.#takeTurn(peer, { reply, before: line.at(-1), send }));
    else if (reply instanceof Promise) this.#outstanding.set(peer, [this.#takeTurn(peer, { reply, send })]);
    else send(reply);
  }

  /** Resolves when nothing is outstanding. */
  async drain(): Promise<void> {
    while (this.#outstanding.size > 0) await Promise.all([...this.#outstanding.values()].flat());
  }

  async #takeTurn<Reply>(peer: string, { reply, before, send }: Turn<Reply>): Promise<void> {
    const settled = await reply;
    await before;
    send(settled);
    const line = this.#outstanding.get(peer);
    void line?.shift();
    if (line?.length === 0) this.#outstanding.delete(peer);
  }
}

interface Turn<Reply> {
  readonly reply: Reply | Promise<Reply>;
  readonly before?: Promise<void> | undefined;
  readonly send: (reply: Reply) => void;
}
