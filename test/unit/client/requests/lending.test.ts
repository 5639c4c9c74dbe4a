import { expect, test } from "vitest";
import { Lending } from "../../../../client/requests/lending.ts";
import { Deferred } from "../../../../protocol/deferred.ts";

test("memory is returned when the controller says that it has it, for which it is asked once", async () => {
  const receipt = new Deferred<void>();
  let questions = 0;
  const lending = new Lending(() => {
    questions += 1;
    return receipt.promise;
  });
  const waits = [lending.whenReturned(), lending.whenReturned()];
  expect([lending.isReturned, questions]).toEqual([false, 1]);
  receipt.resolve();
  await Promise.all(waits);
  expect(lending.isReturned).toBe(true);
});

test("a reply returns it too, and then nobody is asked", async () => {
  const lending = new Lending(() => Promise.reject(new Error("asked")));
  lending.end();
  await lending.whenReturned();
});

test("where nobody gives receipts, no reply means that nobody knows", async () => {
  const lending = new Lending(undefined);
  const wait = lending.whenReturned();
  lending.lose("engine 3 died");
  await expect(wait).rejects.toThrow("Whether it was sent is not known: engine 3 died");
  expect(lending.isReturned).toBe(false);
});

test("a receipt may come although the request has failed", async () => {
  const receipt = new Deferred<void>();
  const lending = new Lending(() => receipt.promise);
  lending.lose("engine 3 died");
  receipt.resolve();
  await lending.whenReturned();
});

test("the end of the connection is the end of waiting", async () => {
  const lending = new Lending(() => Promise.reject(new Error("closed")));
  await expect(lending.whenReturned()).rejects.toThrow("closed");
});
