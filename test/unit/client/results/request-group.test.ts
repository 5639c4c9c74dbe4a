import { expect, test } from "vitest";
import { Lending } from "../../../../client/requests/lending.ts";
import { RequestGroup } from "../../../../client/results/request-group.ts";
import { Deferred } from "../../../../protocol/deferred.ts";
import { setUp } from "./result-harness.ts";

test("a group that follows requests of another ends with them, whether they have ended before or not", () => {
  const { requests, reply } = setUp(2);
  reply(0, 1);
  const group = new RequestGroup();
  for (const request of requests) group.follow(request);
  group.seal();
  expect(group.isFinished).toBe(false);
  reply(1, 1);
  expect(group.isFinished).toBe(true);
});

test("a group that has left its requests hears no more of them; theirs does", () => {
  const { requests, group: own, reply } = setUp(1);
  const group = new RequestGroup();
  for (const request of requests) group.follow(request);
  group.leave();
  reply(0, 1);
  expect([group.finishedOrder, own.finishedOrder]).toEqual([[], requests]);
});

test("what lends no memory is sent at once, a map when its last part is", async () => {
  const { result, group } = setUp(1);
  expect(result.sent).toBe(false);
  const waiting = result.waitOnSend();
  group.seal();
  expect(result.sent).toBe(true);
  expect(await waiting).toBe(true);
});

test("lent arrays may be overwritten when the controller has them", async () => {
  const { result, group, requests } = setUp(2);
  const receipt = new Deferred<void>();
  for (const request of requests) request.lending = new Lending(() => receipt.promise);
  group.seal();
  expect(await result.waitOnSend({ timeoutMs: 1 })).toBe(false);
  receipt.resolve();
  expect(await result.waitOnSend()).toBe(true);
  expect(result.sent).toBe(true);
});

test("a connection that ends before leaves unknown what was sent", async () => {
  const { result, group, requests } = setUp(1);
  const [request] = requests;
  if (request) request.lending = new Lending(undefined);
  group.seal();
  const waiting = result.waitOnSend();
  request?.fail({ ename: "ConnectionLost", evalue: "it broke", traceback: [], method: "apply" }, 0);
  await expect(waiting).rejects.toThrow("Whether it was sent is not known: it broke");
});
