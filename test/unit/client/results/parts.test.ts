import { expect, test } from "vitest";
import { CompositeError } from "../../../../client/errors/composite-error.ts";
import { TaskAborted, TimeoutError } from "../../../../client/errors/failures.ts";
import { RemoteError } from "../../../../client/errors/remote-error.ts";
import { joinedParts } from "../../../../client/partition/distribution.ts";
import { setUp } from "./result-harness.ts";

/** Engines 0 and 2 have answered, engine 1 has failed. */
function failedInPart() {
  const made = setUp(3);
  made.group.seal();
  made.reply(0, "a");
  made.fail(1);
  made.reply(2, "c");
  return made;
}

/** A map of `length` elements in chunks of two, one for each value; `undefined` for one that fails. */
function mapOf(length: number, chunks: readonly (readonly number[] | undefined)[]) {
  const made = setUp(0, { ...joinedParts(), length });
  for (const chunk of chunks) {
    const request = made.add("u0", 2);
    if (chunk) made.answer(request, chunk);
    else made.refuse(request);
  }
  made.group.seal();
  return made.result;
}

const kinds = (items: unknown) => (items as unknown[]).map((item) => (item instanceof RemoteError ? item.ename : item));

test("the result is there at once when it is ready, and throws what get throws", async () => {
  const { result, group, reply } = setUp(2);
  group.seal();
  expect(() => result.result).toThrow(new TimeoutError("Result not ready: 0 of 2 done."));
  reply(0, 1);
  reply(1, 2);
  expect([result.result, result.r]).toEqual([
    [1, 2],
    [1, 2],
  ]);
  const failed = failedInPart().result;
  const error: unknown = await failed.get().catch((reason: unknown) => reason);
  expect(() => failed.r).toThrow(error as Error);
});

test("errors can be had in the places of the parts that failed", async () => {
  const { result } = failedInPart();
  const [first, second, third] = (await result.get({ returnErrors: true })) as unknown[];
  expect([first, third]).toEqual(["a", "c"]);
  expect(second).toBeInstanceOf(RemoteError);
  expect((second as RemoteError).engine).toBe(1);
});

test("the error of a single engine can be had as its value", async () => {
  const { result, group, fail } = setUp<"one">(1, { arity: "one" });
  group.seal();
  fail(0);
  expect(await result.get({ returnErrors: true })).toBeInstanceOf(RemoteError);
});

test("of a map each element of a failed chunk is its error, and each that was not sent is aborted", async () => {
  const result = mapOf(8, [[1, 2], undefined, [5, 6]]);
  const items = await result.get({ returnErrors: true });
  expect(kinds(items)).toEqual([1, 2, "TypeError", "TypeError", 5, 6, "TaskAborted", "TaskAborted"]);
  await expect(result).rejects.toBeInstanceOf(CompositeError);
});

test("a map of which some was not sent is no success, though all that was sent is", async () => {
  const result = mapOf(4, [[1, 2]]);
  expect(result.successful).toBe(false);
  const error: unknown = await result.get().catch((reason: unknown) => reason);
  expect((error as CompositeError).elist).toHaveLength(1);
  expect((error as CompositeError).elist[0]).toBeInstanceOf(TaskAborted);
  expect((error as CompositeError).elist[0]?.message).toBe(
    "the last 2 of 4 elements were not sent: the map had been stopped by an error or an abort",
  );
});

test("elements dealt round robin have their errors where they were", async () => {
  const made = setUp(2, { ...joinedParts("roundRobin"), length: 4 });
  const [first, second] = [made.add("u0", 2), made.add("u1", 2)];
  made.group.seal();
  made.reply(0, []);
  made.reply(1, []);
  made.answer(first, [0, 2]);
  made.refuse(second);
  expect(kinds(await made.result.get({ returnErrors: true }))).toEqual([0, "TypeError", 2, "TypeError"]);
});

test("items are had by their places, from either end, and a failed one throws its own error", () => {
  const { result } = failedInPart();
  expect([result.at(0), result.at(-1), result.at(2)]).toEqual(["a", "c", "c"]);
  expect(() => result.at(1)).toThrow("[1:apply]: TypeError: no");
  expect(() => result.at(3)).toThrow(new RangeError("There is no item 3: the result has 3."));
  expect(() => result.at(-4)).toThrow(RangeError);
  expect(() => setUp(1).result.at(0)).toThrow(TimeoutError);
});

test("a slice counts as that of an array, and throws what failed in it alone", () => {
  const { result } = failedInPart();
  expect([result.slice(2), result.slice(0, 1), result.slice(-1), result.slice(3)]).toEqual([["c"], ["a"], ["c"], []]);
  expect(() => result.slice()).toThrow(CompositeError);
  expect(
    mapOf(4, [
      [1, 2],
      [3, 4],
    ]).slice(1, 3),
  ).toEqual([2, 3]);
});

test("typed arrays are had item by item; what is no array is a single item", () => {
  const typed = setUp(1, { join: () => new Float64Array([1, 2]) });
  typed.group.seal();
  typed.reply(0, null);
  expect([typed.result.at(1), typed.result.slice(0, 1)]).toEqual([2, [1]]);
  const single = setUp<"one">(1, { arity: "one", join: ([value]) => value });
  single.group.seal();
  single.reply(0, "text");
  expect([single.result.at(0), single.result.slice()]).toEqual(["text", ["text"]]);
});

test("values by engine are one for each; an engine with two is an error", async () => {
  const { result, group, reply } = setUp(2);
  group.seal();
  reply(1, "b");
  reply(0, "a");
  expect(await result.getDict()).toEqual({ 0: "a", 1: "b" });
  const twice = setUp(1);
  const more = twice.add("u0");
  twice.group.seal();
  twice.reply(0, 1);
  twice.answer(more, 2);
  await expect(twice.result.getDict()).rejects.toThrow("Engine 0 has several results");
  await expect(failedInPart().result.getDict()).rejects.toBeInstanceOf(CompositeError);
});
