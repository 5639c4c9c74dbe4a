import { expect, test } from "vitest";
import { setUp } from "./result-harness.ts";

test("a result of nothing took no time", () => {
  const { result, group } = setUp(0);
  group.seal();
  expect([result.elapsedMs, result.wallTimeMs, result.serialTimeMs]).toEqual([0, 0, 0]);
});

test("time counts from the request that left first, wherever it stands", () => {
  const { result, group, requests, reply } = setUp(2);
  const submitted = requests.map((request) => request.submitted);
  requests.forEach((request, index) => {
    request.submitted = submitted.at(-1 - index) ?? "";
  });
  group.seal();
  for (const index of [0, 1]) reply(index, 1);
  const received = requests.map((request) => request.receivedMs ?? Number.NaN);
  expect(result.wallTimeMs).toBe(Math.max(...received) - Date.parse(submitted[0] ?? ""));
});

test("time of which nothing is known yet is none", () => {
  const { result, group, requests } = setUp(1);
  for (const request of requests) request.submitted = "";
  group.seal();
  expect(result.elapsedMs).toBe(0);
});
