import { expect, test } from "vitest";
import type { Channel } from "../../../transport/channel.ts";
import { MemoryRouter } from "../../../transport/memory-channel.ts";
import { givingReceipts, ReceiptedChannel } from "../../../transport/receipts.ts";

const buffers = (...frames: string[]): Buffer[] => frames.map((frame) => Buffer.from(frame));

/** Messages that come to a listener. */
function heard(channel: Channel): string[][] {
  const messages: string[][] = [];
  channel.listen((frames) => messages.push(frames.map(String)));
  return messages;
}

test("a receipt comes when the other side has all that was sent before, and neither listener sees it", async () => {
  const router = new MemoryRouter();
  const [here, there] = [new ReceiptedChannel(router.connect("peer")), givingReceipts(router)];
  const received = heard(there);
  const answers = heard(here);
  here.send(buffers("first", "1"));
  const receipt = here.whenReceived();
  here.send(buffers("later", "2"));
  await receipt;
  expect(received[0]).toEqual(["peer", "first", "1"]);
  there.send(buffers("peer", "answer", "3"));
  await here.whenReceived();
  expect(received).toEqual([
    ["peer", "first", "1"],
    ["peer", "later", "2"],
  ]);
  expect(answers).toEqual([["answer", "3"]]);
});

test("each question has its own answer, and one that is open ends with the channel", async () => {
  const router = new MemoryRouter();
  const here = new ReceiptedChannel(router.connect("peer"));
  const [first, second] = [here.whenReceived(), here.whenReceived()];
  here.listen(() => {});
  router.send(buffers("peer", "<RECEIPT>", "1"));
  await first;
  await here[Symbol.asyncDispose]();
  await expect(second).rejects.toThrow("closed before the other side had everything");
  await expect(here.whenReceived()).rejects.toThrow("closed before the other side had everything");
});

test("the address of a router's peer comes first, and is part of what comes back", async () => {
  const router = new MemoryRouter();
  const peer = new ReceiptedChannel(router, 1);
  const other = router.connect("scheduler");
  other.listen((frames) => other.send(frames));
  peer.listen(() => {});
  await peer.whenReceived(Buffer.from("scheduler"));
});
