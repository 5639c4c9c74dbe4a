import { expect, test } from "vitest";
import { type CopyReply, coalesce, keepParts } from "../../../../../controller/scheduler/broadcast/coalesce.ts";
import { engineUuid } from "../../../../../protocol/ids.ts";
import type { JsonObject } from "../../../../../protocol/json.ts";

const reply = (id: number, content: JsonObject, ...buffers: string[]): CopyReply => ({
  target: { uuid: engineUuid(`uuid-${id}`), pair: [`uuid-${id}`, id] },
  metadata: { status: String(content["status"]) },
  date: () => `2026-01-0${id + 1}`,
  content: () => content,
  buffers: buffers.map((text) => Buffer.from(text)),
});
const ok = (id: number, ...buffers: string[]) => reply(id, { status: "ok" }, ...buffers);
const error = (id: number, ename: string, evalue: string) =>
  reply(id, { status: "error", ename, evalue, traceback: [`trace of ${id}`], engine_info: { engine_id: id } });

test("buffers are in the order of the targets, however many an engine sent", () => {
  const { content, buffers, broadcastTargets } = coalesce([ok(2, "a", "b"), ok(0, "c"), ok(1, "d", "e")]);
  expect(content).toEqual({ status: "ok" });
  expect(Buffer.concat(buffers).toString()).toBe("abcde");
  expect(broadcastTargets).toEqual([
    ["uuid-2", 2],
    ["uuid-0", 0],
    ["uuid-1", 1],
  ]);
});

test("where parts are kept, each engine's answer is there as it was, failed ones too", () => {
  const { content, buffers } = keepParts([ok(1, "a", "b"), error(0, "ValueError", "no"), ok(2, "c")]);
  expect(content).toEqual({
    status: "ok",
    replies: [
      { engine: "uuid-1", date: "2026-01-02", metadata: { status: "ok" }, content: { status: "ok" }, buffers: 2 },
      expect.objectContaining({ engine: "uuid-0", metadata: { status: "error" }, buffers: 0 }),
      expect.objectContaining({ engine: "uuid-2", buffers: 1 }),
    ],
  });
  expect(Buffer.concat(buffers).toString()).toBe("abc");
});

test("a failure is shown as it is, without the values of the others", () => {
  const failure = error(1, "ValueError", "no");
  const { shown, content, buffers } = coalesce([ok(0, "a"), failure, reply(2, { status: "aborted" })]);
  expect([shown, content, buffers]).toEqual([failure, failure.content(), []]);
});

test("of several failures none is lost", () => {
  const { content } = coalesce([error(3, "ValueError", "no"), ok(0, "a"), error(5, "KeyError", "'x'")]);
  expect(content).toEqual({
    status: "error",
    ename: "ValueError",
    evalue: "no\nOthers failed as well: engine 5 (KeyError).",
    traceback: ["engine 3: ValueError: no", "trace of 3", "engine 5: KeyError: 'x'", "trace of 5"],
    engine_info: { engine_id: 3 },
  });
});

test("an abort is shown where nothing worse happened, and an error without a traceback is no error here", () => {
  expect(coalesce([ok(0), reply(1, { status: "aborted" })]).content).toEqual({ status: "aborted" });
  const bare = (id: number) => reply(id, { status: "error" });
  expect(coalesce([bare(0), bare(1)]).content).toMatchObject({
    status: "error",
    traceback: expect.any(Array) as string[],
  });
});
