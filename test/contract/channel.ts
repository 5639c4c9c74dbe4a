import { expect, test } from "vitest";
import type { Channel } from "../../transport/channel.ts";

/** A router and a way to connect peers to it. */
export interface Network extends AsyncDisposable {
  readonly router: Channel;
  connect(identity: string): Channel;
}

const text = (frames: readonly Buffer[]): string[] => frames.map(String);
const buffers = (...frames: string[]): Buffer[] => frames.map((frame) => Buffer.from(frame));

async function take(channel: Channel, count: number): Promise<string[][]> {
  const taken: string[][] = [];
  for await (const frames of channel.messages) {
    taken.push(text(frames));
    if (taken.length === count) break;
  }
  return taken;
}

/** What every channel must do. Each implementation's test file calls this once. */
export function channelContract(name: string, open: () => Promise<Network>): void {
  test(`${name}: a router sees who sent a message, and answers that peer alone`, async () => {
    await using network = await open();
    const [one, two] = [network.connect("one"), network.connect("two")];
    one.send(buffers("question", ""));
    expect(await take(network.router, 1)).toEqual([["one", "question", ""]]);
    two.send(buffers("other"));
    network.router.send(buffers("one", "answer"));
    expect(await take(one, 1)).toEqual([["answer"]]);
  });

  test(`${name}: messages arrive in the order in which they were sent, also from one synchronous burst`, async () => {
    await using network = await open();
    const peer = network.connect("peer");
    const numbers = Array.from({ length: 3000 }, (_, number) => String(number));
    for (const number of numbers) peer.send(buffers(number));
    expect(await take(network.router, 3000)).toEqual(numbers.map((number) => ["peer", number]));
  });

  test(`${name}: frames of every length, text or not, arrive byte for byte`, async () => {
    await using network = await open();
    const peer = network.connect("peer");
    const content = [Buffer.from("\uFEFFmark\0"), Buffer.from("größe 𝛑 "), Buffer.from([0xff, 0xfe])];
    const frames = [1, 100, 1000, 100_000].flatMap((times) =>
      content.map((part) => Buffer.concat(Array.from({ length: times }, () => part))),
    );
    peer.send(frames);
    for await (const [, ...arrived] of network.router.messages) {
      expect(arrived.map((frame, at) => frame.equals(frames[at] ?? Buffer.alloc(0)))).toEqual(frames.map(() => true));
      break;
    }
  });

  test(`${name}: a message to nobody is dropped and harms no other`, async () => {
    await using network = await open();
    const peer = network.connect("peer");
    peer.send(buffers("hello"));
    await take(network.router, 1);
    network.router.send(buffers("nobody", "lost"));
    network.router.send(buffers("peer", "kept"));
    expect(await take(peer, 1)).toEqual([["kept"]]);
  });

  test(`${name}: a listener receives every message until disposal, which may come twice`, async () => {
    const network = await open();
    const peer = network.connect("peer");
    const received: string[] = [];
    const three = new Promise<void>((resolve) => {
      network.router.listen((frames) => {
        received.push(String(frames[1]));
        if (received.length === 3) resolve();
      });
    });
    for (const number of ["1", "2", "3"]) peer.send(buffers(number));
    await three;
    await peer[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
    peer.send(buffers("dropped"));
    await network[Symbol.asyncDispose]();
    expect(received).toEqual(["1", "2", "3"]);
  });

  test(`${name}: disposing ends the reading loop`, async () => {
    const network = await open();
    const reading = take(network.router, 1);
    await network[Symbol.asyncDispose]();
    expect(await reading).toEqual([]);
  });
}
