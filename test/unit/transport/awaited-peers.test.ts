import { expect, test } from "vitest";
import { awaitPeers } from "../../../transport/awaited-peers.ts";
import { MemoryRouter } from "../../../transport/memory-channel.ts";

const text = (frames: readonly Buffer[]) => frames.map(String);

test("what is sent to a peer waits until it has connected, in order, and passes at once from then on", async () => {
  const router = new MemoryRouter();
  const channel = awaitPeers(router);
  const received: string[][] = [];
  channel.listen((frames) => received.push(text(frames)));
  const peer = router.connect("engine");
  const heard: string[][] = [];
  peer.listen((frames) => heard.push(text(frames)));
  for (const body of ["1", "2"]) channel.send([Buffer.from("engine"), Buffer.from(body)]);
  expect(heard).toEqual([]);

  peer.send([Buffer.alloc(0)]);
  await expect.poll(() => heard).toEqual([["1"], ["2"]]);
  channel.send([Buffer.from("engine"), Buffer.from("3")]);
  peer.send([Buffer.from("client"), Buffer.from("body")]);
  await expect.poll(() => received).toEqual([["engine", "client", "body"]]);
  expect(heard).toEqual([["1"], ["2"], ["3"]]);
  await channel[Symbol.asyncDispose]();
});

test("a reader that wants notices gets those after the first", async () => {
  const router = new MemoryRouter();
  const channel = awaitPeers(router, { passesNotices: true });
  const received: string[][] = [];
  channel.listen((frames) => received.push(text(frames)));
  const peer = router.connect("engine");
  peer.send([Buffer.alloc(0)]);
  peer.send([Buffer.alloc(0)]);
  await expect.poll(() => received).toEqual([["engine", ""]]);
  await channel[Symbol.asyncDispose]();
});
