import { inspect } from "node:util";
import { expect, test } from "vitest";
import { CompositeError } from "../../../../client/errors/composite-error.ts";
import { TimeoutError } from "../../../../client/errors/failures.ts";
import { RemoteError } from "../../../../client/errors/remote-error.ts";
import { idle, okReply, stdout } from "../messages.ts";
import { setUp } from "./result-harness.ts";

test("results are in the order of the engines, whoever answers first", async () => {
  const { result, group, reply } = setUp(3);
  group.seal();
  reply(2, 30);
  expect([result.ready, result.progress, result.length]).toEqual([false, 1, 3]);
  reply(0, 10);
  reply(1, 20);
  expect(result.ready).toBe(true);
  expect(await result).toEqual([10, 20, 30]);
  expect(result.successful).toBe(true);
});

test("asking too early is a TimeoutError, and the result can be asked again", async () => {
  const { result, group, reply } = setUp(1);
  group.seal();
  await expect(result.get({ timeoutMs: 1 })).rejects.toThrow(new TimeoutError("Result not ready: 0 of 1 done."));
  expect(await result.wait({ timeoutMs: 1 })).toBe(false);
  expect(() => result.successful).toThrow(TimeoutError);
  expect(() => result.wallTimeMs).toThrow(TimeoutError);
  reply(0, 1);
  expect(await result.wait()).toBe(true);
  expect(await result.get({ timeoutMs: 1 })).toEqual([1]);
});

test("what went wrong may be caught, and the end be heard of, as of a promise", async () => {
  const failed = setUp(1);
  failed.group.seal();
  failed.fail(0);
  expect(await failed.result.catch((error: unknown) => error)).toBeInstanceOf(RemoteError);
  const { result, group, reply } = setUp(1);
  group.seal();
  reply(0, 1);
  const ends: string[] = [];
  expect(await result.catch(() => "none").finally(() => void ends.push("caught"))).toEqual([1]);
  expect(await result.finally(() => void ends.push("alone"))).toEqual([1]);
  expect(ends).toEqual(["caught", "alone"]);
});

test("an aborted wait rejects with the signal's reason, and the work goes on", async () => {
  const { result, group, reply } = setUp(1);
  group.seal();
  const stop = new AbortController();
  const waiting = result.get({ signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  reply(0, 1);
  expect(await result).toEqual([1]);
});

test("errors of several engines are one CompositeError, always the same", async () => {
  const { result, group, reply, fail } = setUp(3);
  group.seal();
  fail(0);
  reply(1, 1);
  fail(2);
  const error: unknown = await result.get().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CompositeError);
  expect((error as CompositeError).elist.map(({ engine }) => engine)).toEqual([0, 2]);
  await expect(result).rejects.toBe(error);
  expect(result.successful).toBe(false);
});

test("the error of a single engine comes by itself", async () => {
  const { result, group, fail } = setUp<"one">(1, { arity: "one" });
  group.seal();
  fail(0);
  const error: unknown = await result.get().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RemoteError);
  expect(error).not.toBeInstanceOf(CompositeError);
  expect(result.metadata.error?.ename).toBe("TypeError");
});

test("parts come in order as soon as they can, or as they finish", async () => {
  for (const [isOrdered, expected] of [
    [true, [1, 2, 3]],
    [false, [3, 1, 2]],
  ] as const) {
    const { result, group, reply } = setUp(3, { isOrdered });
    group.seal();
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const value of result) seen.push(value);
    })();
    reply(2, 3);
    await Promise.resolve();
    reply(0, 1);
    reply(1, 2);
    await reading;
    expect(seen).toEqual(expected);
  }
});

test("iteration waits for parts that are not even sent yet", async () => {
  const { result, group, reply, add, pending } = setUp(1, { itemsOf: (value) => [value, value], length: 6 });
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const value of result) seen.push(value);
  })();
  reply(0, 1);
  const next = add("u0", 5);
  group.seal();
  pending.takeReply(okReply(next.msgId, 2));
  await reading;
  expect(seen).toEqual([1, 1, 2, 2]);
  expect(result.progress).toBe(6);
});

test("iteration throws at the part that failed", async () => {
  const { result, group, reply, fail } = setUp(2);
  group.seal();
  reply(0, 1);
  fail(1);
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const value of result) seen.push(value);
  })();
  await expect(reading).rejects.toThrow(RemoteError);
  expect(seen).toEqual([1]);
});

test("output streams from what is there to what comes, and ends with the result", async () => {
  const { result, group, requests, pending, reply } = setUp(2);
  group.seal();
  const [first, second] = requests.map(({ msgId }) => msgId);
  pending.takeOutput(stdout(first ?? "", "a", "u0"));
  const seen: string[] = [];
  const reading = (async () => {
    for await (const piece of result.streamOutput())
      if (piece.kind === "stream") seen.push(`${piece.engine}:${piece.text}`);
  })();
  await Promise.resolve();
  pending.takeOutput(stdout(second ?? "", "b", "u1"));
  pending.takeOutput(stdout(first ?? "", "c", "u0"));
  reply(0, 1, true);
  reply(1, 1);
  pending.takeOutput(idle(first ?? "", "u0"));
  await reading;
  expect(seen).toEqual(["0:a", "1:b", "0:c"]);
  expect(result.stdout).toEqual(["ac", "b"]);
});

test("an error on this side breaks a result that is still growing", async () => {
  const { result, group, reply } = setUp(1);
  group.break(new Error("cannot send"));
  expect(result.ready).toBe(false);
  reply(0, 1);
  await expect(result).rejects.toThrow("cannot send");
  expect(result.successful).toBe(false);
});

test("shown, it tells what was called and how it ended", () => {
  const { result, group, reply } = setUp(1);
  expect(inspect(result)).toBe("<AsyncResult: apply>");
  group.seal();
  reply(0, 1);
  expect(inspect(result)).toBe("<AsyncResult: apply, finished>");
});
