import { expect, test } from "vitest";
import { RequestGroup } from "../../../../client/results/request-group.ts";
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
