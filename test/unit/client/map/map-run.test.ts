import { expect, test } from "vitest";
import { EngineDirectory } from "../../../../client/engine-directory.ts";
import { type MapPlan, MapRun } from "../../../../client/map/map-run.ts";
import { PendingRequests } from "../../../../client/requests/pending-requests.ts";
import { Request } from "../../../../client/requests/request.ts";
import { RequestGroup } from "../../../../client/results/request-group.ts";
import { answer, header, okReply } from "../messages.ts";

function setUp(length: number, engines: number, options: Partial<MapPlan> = {}) {
  const pending = new PendingRequests(
    new EngineDirectory(),
    () => ({}),
    () => 0,
  );
  const group = new RequestGroup();
  const sent: [number, number][] = [];
  const refused = new Set<number>();
  const send = (from: number, to: number): Request => {
    if (refused.has(sent.length)) throw new Error("cannot travel");
    sent.push([from, to]);
    const request = new Request(header("apply_request"), { method: "apply", size: to - from, read: () => [] }, group);
    pending.add(request);
    return request;
  };
  const run = new MapRun(group, { length, engines: () => engines, send, ...options });
  const reply = (chunk: number) => pending.takeReply(okReply(group.requests[chunk]?.msgId ?? "", 0));
  const fail = (chunk: number) => {
    const content = { status: "error", ename: "TypeError", evalue: "no", traceback: [] };
    pending.takeReply(
      answer("apply_reply", group.requests[chunk]?.msgId ?? "", { content, metadata: { output: false } }),
    );
  };
  const abort = (chunk: number) =>
    pending.takeReply(answer("apply_reply", group.requests[chunk]?.msgId ?? "", { content: { status: "aborted" } }));
  return { run, group, sent, refused, reply, fail, abort };
}

test("two chunks are on their way for each engine; the next goes when one is done", () => {
  const { group, sent, reply } = setUp(100, 2);
  expect(sent).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
  ]);
  expect(group.isSealed).toBe(false);
  reply(1);
  expect(sent[4]).toEqual([4, 12]);
});

test("every element is sent once, in order, and the group ends with the last", () => {
  const { group, sent, reply } = setUp(1000, 3);
  for (let chunk = 0; chunk < group.requests.length; chunk++) reply(chunk);
  expect(sent.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i))).toEqual(
    Array.from({ length: 1000 }, (_, i) => i),
  );
  expect(group.isFinished).toBe(true);
});

test("chunks of a given size go at once", () => {
  const { group, sent } = setUp(7, 1, { chunkSize: 3 });
  expect(sent).toEqual([
    [0, 3],
    [3, 6],
    [6, 7],
  ]);
  expect(group.isSealed).toBe(true);
});

test("after a failure no more is sent, and what is on its way ends", () => {
  const { group, sent, reply, fail } = setUp(100, 1);
  fail(0);
  expect(group.isSealed).toBe(true);
  reply(1);
  expect(sent.length).toBe(2);
  expect(group.isFinished).toBe(true);
});

test("a map that keeps errors goes on after them", () => {
  const { group, sent, reply, fail } = setUp(5, 1, { chunkSize: 1, maxOutstanding: 2, keepsErrors: true });
  fail(0);
  fail(1);
  expect(sent.length).toBe(4);
  for (const chunk of [2, 3, 4]) reply(chunk);
  expect([sent.length, group.isFinished]).toEqual([5, true]);
});

test("no more chunks are on their way than may be", () => {
  const { group, sent, reply } = setUp(100, 8, { maxOutstanding: 3 });
  expect(sent.length).toBe(3);
  reply(0);
  expect(sent.length).toBe(4);
  expect(group.isSealed).toBe(false);
});

test("a stopped map sends no more", () => {
  const { run, group, sent, reply } = setUp(100, 1);
  run.stop();
  reply(0);
  reply(1);
  expect([sent.length, group.isFinished]).toEqual([2, true]);
});

test("an element that cannot travel breaks the map where it stands", () => {
  const { group, refused, reply } = setUp(100, 1);
  refused.add(2);
  reply(0);
  expect(group.broken?.error).toEqual(new Error("cannot travel"));
});

test("nothing to do is done at once", () => {
  expect(setUp(0, 4).group.isFinished).toBe(true);
});

test("a map that keeps errors ends all the same when one of its chunks is aborted", () => {
  const { group, abort, fail } = setUp(10, 1, { chunkSize: 1, maxOutstanding: 2, keepsErrors: true });
  fail(0);
  expect([group.requests.length, group.isSealed]).toEqual([3, false]);
  abort(1);
  expect([group.requests.length, group.isSealed]).toEqual([3, true]);
});
