import { expect, test } from "vitest";
import { RecentReplies } from "../../../engine/recent-replies.ts";
import { testSession } from "../../support/memory-peer.ts";

const session = testSession("e");
const client = testSession("c");

/** A reply to a client's request. */
function reply(value: number, buffers: readonly Buffer[] = [], parent = client.header("apply_request")) {
  const idents = [Buffer.from("task_out"), Buffer.from("client")];
  return session.pack({ type: "apply_reply", parent, idents, content: { value }, buffers });
}

test("replies are sent again once the controller was away, each under a new id and signature", () => {
  const replies = new RecentReplies(session, () => 0);
  const frames = [reply(1), reply(2, [Buffer.from("x")])];
  for (const each of frames) replies.add(each);
  expect(replies.takeAgain()).toEqual([]);
  replies.hold();
  const again = replies.takeAgain();
  const reader = testSession("c");
  for (const each of frames) reader.unpack(each);
  expect(again.map((each) => reader.unpack(each)).map(({ content, buffers }) => [content["value"], buffers])).toEqual([
    [1, []],
    [2, [Buffer.from("x")]],
  ]);
  replies.hold();
  expect(replies.takeAgain()).toEqual([]);
});

test("few and small replies are kept, and the latest whatever its size", () => {
  const replies = new RecentReplies(session, () => 0);
  for (let value = 0; value < 3000; value++) replies.add(reply(value));
  replies.hold();
  expect(replies.takeAgain().length).toBe(2048);
  for (let value = 0; value < 3; value++) replies.add(reply(value, [Buffer.alloc(17 << 20)]));
  replies.hold();
  expect(replies.takeAgain().length).toBe(1);
});

test("a request that comes once more gets its reply once more", () => {
  const replies = new RecentReplies(session, () => 0);
  const [header, other] = [client.header("apply_request"), client.header("apply_request")];
  replies.add(reply(7, [], header));
  const again = replies.again(client.pack({ type: "apply_request", header }));
  expect(again && testSession("x").unpack(again).content).toEqual({ value: 7 });
  expect(replies.again(client.pack({ type: "apply_request", header: other }))).toBeUndefined();
});

test("what is kept of the user's memory is copied when the user may overwrite it, or forgotten where that is much", () => {
  const replies = new RecentReplies(session, () => 0);
  const [kept, forgotten] = [Buffer.alloc(100_000, 1), Buffer.alloc(17 << 20, 1)];
  const head = Buffer.from("head");
  replies.add(reply(1, [head, forgotten]));
  replies.own();
  replies.add(reply(2, [head, kept]));
  replies.own();
  kept.fill(9);
  replies.hold();
  const again = replies.takeAgain().map((each) => testSession("x").unpack(each));
  expect(again.map(({ content, buffers }) => [content["value"], buffers[1]?.equals(Buffer.alloc(100_000, 1))])).toEqual(
    [[2, true]],
  );
});
