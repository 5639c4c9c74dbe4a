import { setImmediate as turn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { CompositeError } from "../../../../client/errors/composite-error.ts";
import { waitFor } from "../../../../client/results/wait-options.ts";
import { setUp } from "./result-harness.ts";

/** Whether a promise settles within a turn of the event loop. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([promise.then(() => true), turn(false)]);
}

test("the first part is enough for who waits for it, whether it fails or not", async () => {
  for (const end of ["reply", "fail"] as const) {
    const { result, group, reply, fail } = setUp(2);
    group.seal();
    const first = result.wait({ returnWhen: "first" });
    expect(await settles(first)).toBe(false);
    if (end === "reply") reply(1, 1);
    else fail(1);
    expect(await first).toBe(true);
    expect(result.ready).toBe(false);
  }
});

test("the first error is waited for, or the end where there is none", async () => {
  const { result, group, reply, fail } = setUp(3);
  group.seal();
  const error = result.wait({ returnWhen: "firstError" });
  reply(0, 1);
  expect(await settles(error)).toBe(false);
  fail(1);
  expect(await error).toBe(true);
  expect(await result.wait({ returnWhen: "firstError" })).toBe(true);

  const good = setUp(1);
  good.group.seal();
  const end = good.result.wait({ returnWhen: "firstError" });
  good.reply(0, 1);
  expect(await end).toBe(true);
});

test("a result can be got as soon as it is known to fail; later it has all errors", async () => {
  const { result, group, fail } = setUp(2);
  group.seal();
  fail(1);
  const early: unknown = await result.get({ returnWhen: "firstError" }).catch((reason: unknown) => reason);
  expect((early as CompositeError).elist).toHaveLength(1);
  fail(0);
  const late: unknown = await result.get().catch((reason: unknown) => reason);
  expect(late).toBeInstanceOf(CompositeError);
  expect((late as CompositeError).elist).toHaveLength(2);
});

test("a wait that is over listens no more", async () => {
  const { result, group } = setUp(1);
  const stops: unknown[] = [];
  const listen = group.listen.bind(group);
  vi.spyOn(group, "listen").mockImplementation((listener) => {
    const stop = listen(listener);
    return () => stops.push(stop());
  });
  group.seal();
  expect(await result.wait({ returnWhen: "first", timeoutMs: 1 })).toBe(false);
  expect(stops).toHaveLength(1);
});

test("an interactive wait shows the last state where no line can change", async () => {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const { result, group, reply } = setUp(1);
  group.seal();
  const waiting = result.waitInteractive();
  reply(0, 1);
  expect(await waiting).toBe(true);
  expect(String(write.mock.calls[0]?.[0])).toMatch(/^apply: 100% █{20} 1\/1, .*\n$/);
  write.mockRestore();
});

test("a failed result that nobody awaits is no unhandled rejection, whoever waited for it", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  const { result, group, fail } = setUp(2);
  group.seal();
  const waits = [result.wait(), result.wait({ returnWhen: "first" }), result.waitForOutput()];
  fail(0);
  fail(1);
  await Promise.all(waits);
  await turn();
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test("a time without end, or longer than timers can tell, is no limit", async () => {
  const { result, group, reply } = setUp(1);
  group.seal();
  const waits = [Number.POSITIVE_INFINITY, 2 ** 40].map((timeoutMs) => result.wait({ timeoutMs }));
  expect(await settles(Promise.race(waits))).toBe(false);
  reply(0, 1);
  expect(await Promise.all(waits)).toEqual([true, true]);
});

test("what is no time is refused, and leaves no rejection behind", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  for (const timeoutMs of [-1, Number.NaN]) {
    const late = Promise.reject(new Error("the connection ended"));
    await expect(waitFor(late, { timeoutMs }, () => "")).rejects.toThrow(
      `timeoutMs is ${timeoutMs}: give milliseconds`,
    );
  }
  await turn();
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test("parts of a millisecond are a time", async () => {
  await expect(waitFor(new Promise(() => {}), { timeoutMs: 0.5 }, () => "late")).rejects.toThrow("late");
});
