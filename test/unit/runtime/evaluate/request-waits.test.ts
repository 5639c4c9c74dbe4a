import { expect, test } from "vitest";
import type { Header } from "../../../../protocol/envelope.ts";
import { requestWaits } from "../../../../runtime/evaluate/request-waits.ts";
import { runInRequest } from "../../../../runtime/output/running-request.ts";

const never = new Promise<never>(() => undefined);

/** Runs code in a request of its own, and what interrupts that. */
function running<T>(code: () => T): { readonly value: T; interrupt(reason: unknown): void } {
  const abort = new AbortController();
  const value = runInRequest({ header: {} as Header, signal: abort.signal }, code);
  return { value, interrupt: (reason) => abort.abort(reason) };
}

test("an interrupt ends all waits of its request and of no other, those that began last first", async () => {
  const order: number[] = [];
  const wait = (turn: number) => Promise.resolve(requestWaits.wait(turn, never)).catch(() => order.push(turn));
  const { value, interrupt } = running(() => Promise.all([wait(2), wait(1), wait(3)]));
  const other = running(() => requestWaits.wait(1, Promise.resolve("other")));
  interrupt("stop");
  await value;
  expect(order).toEqual([3, 2, 1]);
  expect(await other.value).toBe("other");
});

test("a wait that begins after the interrupt is a wait again", async () => {
  const { value, interrupt } = running(async () => {
    const reason: unknown = await Promise.resolve(requestWaits.wait(1, never)).catch((error: unknown) => error);
    return [reason, await requestWaits.wait(2, new Promise((resolve) => setImmediate(resolve, "later")))];
  });
  interrupt("stop");
  expect(await value).toEqual(["stop", "later"]);
});

test("what is no promise, and what belongs to no request, is awaited as it is", () => {
  for (const value of [1, null, "text", { a: 1 }, never]) expect(requestWaits.wait(1, value)).toBe(value);
  expect(running(() => requestWaits.wait(1, 5)).value).toBe(5);
});

test("a loop goes through what `for await` goes through, text and promises too, and closes what it leaves", async () => {
  const steps: unknown[] = [];
  async function* count() {
    try {
      for (let i = 0; ; i++) yield i;
    } finally {
      steps.push("closed");
    }
  }
  const { value } = running(async () => {
    for await (const each of requestWaits.each(1, "ab")) steps.push(each);
    for await (const each of requestWaits.each(1, [Promise.resolve(1), 2])) steps.push(each);
    for await (const each of requestWaits.each(1, count())) if (each === 3) break;
  });
  await value;
  expect(steps).toEqual(["a", "b", 1, 2, "closed"]);
});
