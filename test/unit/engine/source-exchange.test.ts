import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SentSources } from "../../../canning/functions/large-sources.ts";
import { SourceExchange } from "../../../engine/source-exchange.ts";
import type { ServedRequest } from "../../../runtime/jupyter/served-request.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const text = "x".repeat(10_000);
const sent = new SentSources(() => true);
const { hash = "" } = sent.write({ text });

/** A request that leaves these out, and what it publishes. */
function request(hashes: readonly string[]) {
  const published: unknown[] = [];
  const publish = ({ type, content }: { type: string; content: unknown }) => published.push([type, content]);
  const served = { header: { msg_id: "m" }, content: { sources: hashes }, publish };
  return { request: served as unknown as ServedRequest, published };
}

test("what a request leaves out and is not here is asked for, and the request waits for it", async () => {
  const exchange = new SourceExchange();
  const { request: served, published } = request([hash]);
  const fetched = exchange.fetchMissing(served);
  expect(published).toEqual([["sources_wanted", { hashes: [hash] }]]);
  exchange.take({ msg_id: "m", sources: { [hash]: text } });
  await fetched;
  expect(exchange.known.has(hash)).toBe(true);

  const again = request([hash]);
  await exchange.fetchMissing(again.request);
  expect(again.published).toEqual([]);
});

test("a client that has it no more is believed at once, one that is gone after a while", async () => {
  const exchange = new SourceExchange();
  const refused = exchange.fetchMissing(request([hash]).request);
  exchange.take({ msg_id: "m", sources: {} });
  await expect(refused).rejects.toThrow("only the hash of its source");

  const unanswered = exchange.fetchMissing(request([hash]).request);
  const failure = expect(unanswered).rejects.toThrow("the client that sent it is gone");
  await vi.advanceTimersByTimeAsync(10_000);
  await failure;
});

test("another source under its hash does not pass for it", async () => {
  const exchange = new SourceExchange();
  const fetched = exchange.fetchMissing(request([hash]).request);
  exchange.take({ msg_id: "m", sources: { [hash]: "something else" } });
  await expect(fetched).rejects.toThrow("only the hash of its source");
});
