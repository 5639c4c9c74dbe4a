import { expect, test } from "vitest";
import type { EngineOutput } from "../../../../client/results/output-stream.ts";
import { LiveOutputs } from "../../../../kernel/output/live-output.ts";

const out = (engine: number, text: string, name: "stdout" | "stderr" = "stdout"): EngineOutput => ({
  kind: "stream",
  name,
  text,
  engine,
  msgId: `m${engine}`,
});
const result = (engine: number, text: string): EngineOutput => ({
  kind: "result",
  executionCount: 5,
  data: { "text/plain": text },
  metadata: {},
  engine,
  msgId: `m${engine}`,
});
const display = (engine: number, isUpdate = false): EngineOutput => ({
  kind: "display",
  displayId: "d",
  isUpdate,
  data: { "image/svg+xml": "<svg/>" },
  metadata: {},
  engine,
  msgId: `m${engine}`,
});
const stream = (text: string, name: "stdout" | "stderr" = "stdout") => ({ type: "stream", content: { name, text } });
const plain = (text: string) => ({ type: "display_data", content: { data: { "text/plain": text }, metadata: {} } });
const svg = (type: string, id: string) => ({
  type,
  content: { data: { "image/svg+xml": "<svg/>" }, metadata: {}, transient: { display_id: id } },
});

test("a batch is shown by kind and in engine order, whatever the order of arrival", () => {
  const batch = [result(1, "b"), out(1, "y\n"), out(0, "e\n", "stderr"), result(0, "a"), out(0, "x\n")];
  expect(new LiveOutputs(false).show(batch, true, 0)).toEqual([
    stream("[stdout:0] x\n"),
    stream("[stdout:1] y\n"),
    stream("[stderr:0] e\n", "stderr"),
    plain("Out[0:5]: a"),
    plain("Out[1:5]: b"),
  ]);
});

test("a line is shown when it is whole", () => {
  const outputs = new LiveOutputs(false);
  expect(outputs.show([out(0, "a\nb")], false, 0)).toEqual([stream("[stdout:0] a\n")]);
  expect(outputs.show([out(0, "c\n")], false, 100)).toEqual([stream("[stdout:0] bc\n")]);
});

test("a line that goes on is shown after a second, and at the end", () => {
  const outputs = new LiveOutputs(false);
  expect(outputs.show([out(0, ".")], false, 0)).toEqual([]);
  expect(outputs.show([out(0, ".")], false, 500)).toEqual([]);
  expect(outputs.show([], false, 1000)).toEqual([stream("[stdout:0] ..\n")]);
  expect(outputs.show([out(0, "!")], true, 1100)).toEqual([stream("[stdout:0] !\n")]);
});

test("results are shown in engine order, at the end or after a second", () => {
  const outputs = new LiveOutputs(false);
  expect(outputs.show([result(2, "c")], false, 0)).toEqual([]);
  expect(outputs.show([result(1, "b")], false, 1000)).toEqual([plain("Out[1:5]: b"), plain("Out[2:5]: c")]);
  expect(outputs.show([result(0, "a")], true, 1100)).toEqual([plain("Out[0:5]: a")]);
});

test("displays stand under their engine's label, after a second or at the end; updates of them come at once", () => {
  const outputs = new LiveOutputs(false);
  expect(outputs.show([display(1)], false, 0)).toEqual([]);
  expect(outputs.show([display(0)], false, 1000)).toEqual([
    plain("[output:0]"),
    svg("display_data", "m0/d"),
    plain("[output:1]"),
    svg("display_data", "m1/d"),
  ]);
  expect(outputs.show([display(1, true)], false, 1001)).toEqual([svg("update_display_data", "m1/d")]);
});

test("a single engine's output is shown as it came, without labels", () => {
  const batch: EngineOutput[] = [out(1, "a"), result(1, "6"), { kind: "clear", wait: true, engine: 1, msgId: "m1" }];
  expect(new LiveOutputs(true).show(batch, true, 0)).toEqual([
    stream("a"),
    plain("6"),
    { type: "clear_output", content: { wait: true } },
  ]);
});
