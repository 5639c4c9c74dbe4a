import { expect, test } from "vitest";
import { compactFrames, joinFrames, splitFrames } from "../../../transport/joined-frames.ts";

const frames = ["client", "", "{}", "x".repeat(500)].map((text) => Buffer.from(text));

test("joined frames can be taken apart again", () => {
  expect(splitFrames(joinFrames(frames))).toEqual(frames);
});

test("joined frames share memory with nothing else", () => {
  const { bytes } = joinFrames(frames);
  expect(bytes.buffer.byteLength).toBe(bytes.length);
});

test("a compacted message reads as before", () => {
  expect(compactFrames(frames)).toEqual(frames);
});

test("small frames of a compacted message lie in one piece of memory of their own", () => {
  const received = frames.map((frame) => Buffer.from(frame));
  const compact = compactFrames(received);
  expect(new Set(compact.map(({ buffer }) => buffer)).size).toBe(1);
  received[0]?.fill("?");
  expect(compact[0]?.toString()).toBe("client");
});

test("large frames are kept without a copy", () => {
  const large = Buffer.alloc(4096);
  const [first, second, third] = compactFrames([Buffer.from("a"), large, Buffer.from("b")]);
  expect(second).toBe(large);
  expect([first, third].map(String)).toEqual(["a", "b"]);
});
