export type Frames = readonly Buffer[];

/** Multi-frame messages in and out of one socket. `test/contract/channel.ts` is its specification. */
export interface Channel extends AsyncDisposable {
  /**
   * Queues a message; messages leave in the order of the calls. Never throws for a slow or absent peer:
   * a router drops what is addressed to nobody. After disposal messages are dropped.
   */
  send(frames: Frames): void;
  /**
   * Every message received until the channel is disposed. One reader, this or `listen`.
   * Not on a thread that runs user code: an interrupt may end a `for await` loop for good, unseen (see `Pump`).
   */
  readonly messages: AsyncIterable<Buffer[]>;
  /** Calls `receive` with every message, in order, until the channel is disposed; goes on after an interrupt. */
  listen(receive: (frames: Buffer[]) => void): void;
  /** Port that it is bound to; 0 for a channel that only connects. */
  readonly port: number;
}
