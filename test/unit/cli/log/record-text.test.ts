import { expect, test } from "vitest";
import { parseRecord, recordLine } from "../../../../cli/log/log-record.ts";
import { painter, printable, recordText, wantsColours } from "../../../../cli/log/record-text.ts";
import type { JsonObject } from "../../../../protocol/json.ts";

const plain = painter(false);

function text(msg: string, fields: JsonObject = {}): string {
  const record = {
    time: "2026-11-21T12:00:00.123Z",
    level: "info",
    name: "ipcontroller",
    pid: 7,
    msg,
    fields,
  } as const;
  // The hour is the reader's: the test runs in any time zone.
  return recordText(record, plain).replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:00\.123 /, "");
}

test("a record is one line: level, speaker, sentence, and the fields that the sentence leaves out", () => {
  expect(text("engine 3 registered", { engine: 3, uuid: "ab-12", note: "two words" })).toBe(
    'INFO     [ipcontroller] engine 3 registered uuid=ab-12 note="two words"',
  );
});

test("an error shows its stack below the sentence", () => {
  expect(text("it broke", { err: { type: "Error", message: "no", stack: "Error: no\n    at f" } })).toBe(
    "INFO     [ipcontroller] it broke\nError: no\n    at f",
  );
});

test("what a peer sent cannot drive the reader's terminal", () => {
  expect(text("name \x1b[2J\x07", { peer: "\x1b]0;x" })).toBe(
    "INFO     [ipcontroller] name \\x1b[2J\\x07 peer=\\x1b]0;x",
  );
  expect(printable("a\tb\nc\u009b")).toBe("a\tb\nc\\x9b");
});

test("NO_COLOR and dumb terminals get no colours", () => {
  expect([{}, { NO_COLOR: "1" }, { TERM: "dumb" }].map(wantsColours)).toEqual([true, false, false]);
});

test("a line is read back as it was said", () => {
  const line = recordLine({ name: "ipengine", pid: 7, fields: { engine: 3 } }, "warn", "no answer", { url: "tcp://x" });
  expect(line.endsWith("}\n")).toBe(true);
  expect(parseRecord(line.trimEnd())).toMatchObject({
    level: "warn",
    name: "ipengine",
    pid: 7,
    msg: "no answer",
    fields: { engine: 3, url: "tcp://x" },
  });
});

test("fields that JSON cannot hold cost themselves, not the sentence", () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  const line = recordLine({ name: "ipengine", pid: 7, fields: {} }, "error", "it broke", { circular, big: 1n });
  expect(parseRecord(line)).toMatchObject({ msg: "it broke", fields: {} });
});

test("lines of others are none of ours", () => {
  for (const line of [
    "",
    "Traceback",
    "{",
    '{"msg":"x"}',
    '{"time":"now","level":"loud","name":"a","pid":1,"msg":"x"}',
  ])
    expect(parseRecord(line)).toBeUndefined();
});
