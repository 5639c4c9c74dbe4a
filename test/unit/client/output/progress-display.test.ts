import { afterEach, expect, test, vi } from "vitest";
import { waitVisibly } from "../../../../client/output/progress-display.ts";
import { Deferred } from "../../../../protocol/deferred.ts";
import { type Host, installHost } from "../../../../protocol/host.ts";

/** Work of two parts. */
function work() {
  const end = new Deferred<void>();
  let done = 0;
  const shown = { ended: end.promise, elapsedMs: () => 1000, progress: () => ({ name: "map", done, total: 2 }) };
  const finish = () => {
    done = 2;
    end.resolve();
  };
  return { shown, finish };
}

/** Publishes into an array. */
function notebook() {
  const published: { type: string; text: unknown; id: unknown }[] = [];
  const publish = (type: string, { data, transient }: { data?: unknown; transient?: unknown }) => {
    published.push({
      type,
      text: (data as Record<string, unknown>)["text/plain"],
      id: (transient as Record<string, unknown>)["display_id"],
    });
  };
  installHost({ kind: "kernel", publish } as unknown as Host);
  return published;
}

afterEach(() => {
  installHost(undefined as unknown as Host);
  vi.restoreAllMocks();
});

test("in a notebook one display is changed until the work has ended", async () => {
  const published = notebook();
  const { shown, finish } = work();
  const waiting = waitVisibly(shown, { intervalMs: 60_000 });
  finish();
  expect(await waiting).toBe(true);
  expect(published.map(({ type }) => type)).toEqual(["display_data", "update_display_data"]);
  expect(published.map(({ text }) => String(text).slice(0, 9))).toEqual(["map:   0%", "map: 100%"]);
  expect(new Set(published.map(({ id }) => id)).size).toBe(1);
});

test("where lines cannot change, only the last is written", async () => {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const { shown, finish } = work();
  const waiting = waitVisibly(shown, {});
  finish();
  await waiting;
  expect(write.mock.calls.map(([text]) => text)).toEqual([`map: 100% ${"█".repeat(20)} 2/2, 1.0 s\n`]);
});

test("an interval without end shows the beginning and the end", async () => {
  const published = notebook();
  const warn = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
  const { shown, finish } = work();
  const waiting = waitVisibly(shown, { intervalMs: Number.POSITIVE_INFINITY });
  finish();
  await waiting;
  expect(published.map(({ type }) => type)).toEqual(["display_data", "update_display_data"]);
  expect(warn).not.toHaveBeenCalled();
});

test("when the time is up it says how far the work has come", async () => {
  const published = notebook();
  expect(await waitVisibly(work().shown, { timeoutMs: 1 })).toBe(false);
  expect(String(published.at(-1)?.text)).toMatch(/^map: {3}0%/);
});

test("a signal ends the wait with its reason", async () => {
  notebook();
  await expect(waitVisibly(work().shown, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
});
