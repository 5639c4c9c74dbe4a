import { expect, test } from "vitest";
import { ReplyOrder } from "../../../../../controller/hub/requests/reply-order.ts";
import { Deferred } from "../../../../../protocol/deferred.ts";

test("replies to one peer keep their order, whichever is there first; others go at once", async () => {
  const order = new ReplyOrder();
  const sent: string[] = [];
  const [slow, quick] = [new Deferred<string>(), new Deferred<string>()];
  const send = (reply: string) => void sent.push(reply);
  order.add("a", slow.promise, send);
  order.add("a", quick.promise, send);
  order.add("a", "last", send);
  order.add("b", "another's", send);
  expect(sent).toEqual(["another's"]);
  quick.resolve("second");
  await quick.promise;
  expect(sent).toEqual(["another's"]);
  slow.resolve("first");
  await order.drain();
  expect(sent).toEqual(["another's", "first", "second", "last"]);
  order.add("a", "at once", send);
  expect(sent.at(-1)).toBe("at once");
});
