import type { Channel, Frames } from "./channel.ts";
import { isLinkNotice } from "./link-notice.ts";

/** What waits for one peer. */
interface Waiting {
  readonly messages: Frames[];
  readonly timer: NodeJS.Timeout;
}

/** How long a message waits for its peer, and how many may wait for one. */
const patience = { ms: 10_000, messages: 10_000 } as const;

/**
 * Routers drop what is sent to a peer that has not connected. Right after a start that hits engines which are known from
 * an earlier controller and are just coming back: what is sent to them waits until they have connected, ten seconds at most.
 * Once a peer has connected, its messages pass at once, and are dropped when it is gone, as ever.
 * @param router one that notifies
 * @param passesNotices whether the reader gets the later notices of a peer, which tell of a connection that broke or stands again
 */
export function awaitPeers(router: Channel, { passesNotices = false } = {}): Channel {
  /** In `latin1`, as addresses are bytes. One for each peer that ever came: some ten bytes an engine. */
  const present = new Set<string>();
  const waiting = new Map<string, Waiting>();

  const arrive = (peer: string) => {
    present.add(peer);
    const { messages = [], timer } = waiting.get(peer) ?? {};
    clearTimeout(timer);
    waiting.delete(peer);
    for (const message of messages) router.send(message);
  };

  const send = (frames: Frames) => {
    const peer = frames[0]?.toString("latin1") ?? "";
    if (present.has(peer)) router.send(frames);
    else keep(peer, frames);
  };

  const keep = (peer: string, frames: Frames) => {
    const timer = () => setTimeout(() => waiting.delete(peer), patience.ms).unref();
    const queue = waiting.get(peer) ?? { messages: [], timer: timer() };
    waiting.set(peer, queue);
    if (queue.messages.length < patience.messages) queue.messages.push(frames);
  };

  return {
    messages: router.messages,
    port: router.port,
    send,
    listen: (receive) =>
      router.listen((frames) => {
        const peer = frames[0]?.toString("latin1") ?? "";
        const isNew = !present.has(peer);
        if (isNew) arrive(peer);
        if (!isLinkNotice(frames) || (passesNotices && !isNew)) receive(frames);
      }),
    async [Symbol.asyncDispose]() {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      await router[Symbol.asyncDispose]();
    },
  };
}
