import { expect, test } from "vitest";
import {
  type EnginePart,
  type Grouping,
  layOut,
  layOutSingle,
  type OutputBlock,
} from "../../../../client/output/output-layout.ts";
import type { OutputPiece } from "../../../../client/requests/output-piece.ts";

const stream = (name: "stdout" | "stderr", text: string): OutputPiece => ({ kind: "stream", name, text });
const picture = (name: string): OutputPiece => ({
  kind: "display",
  data: { "image/svg+xml": name },
  metadata: {},
  displayId: undefined,
  isUpdate: false,
});
const result = (executionCount: number, data: Record<string, string>): OutputPiece => ({
  kind: "result",
  executionCount,
  data,
  metadata: {},
});

/** What is shown, a line a block. */
function show(blocks: readonly OutputBlock[]): string[] {
  return blocks.map((block) => (block.kind === "text" ? block.text : String(Object.values(block.data)[0])));
}

const parts: readonly EnginePart[] = [
  {
    engine: 0,
    pieces: [
      stream("stdout", "hi\n"),
      picture("a0"),
      stream("stderr", "oh\n"),
      picture("b0"),
      result(5, { "text/plain": "42" }),
    ],
  },
  { engine: 2, pieces: [picture("a2"), stream("stdout", "hi\n"), result(7, { "text/plain": "43" })] },
];

test.each<[Grouping, string[]]>([
  [
    "type",
    [
      "[stdout:0] hi\n",
      "[stdout:2] hi\n",
      "[stderr:0] oh\n",
      "[output:0]",
      "a0",
      "b0",
      "[output:2]",
      "a2",
      "Out[0:5]: 42",
      "Out[2:7]: 43",
    ],
  ],
  [
    "engine",
    [
      "[stdout:0] hi\n",
      "[stderr:0] oh\n",
      "[output:0]",
      "a0",
      "b0",
      "Out[0:5]: 42",
      "[stdout:2] hi\n",
      "[output:2]",
      "a2",
      "Out[2:7]: 43",
    ],
  ],
  [
    "order",
    [
      "[stdout:0] hi\n",
      "[stdout:2] hi\n",
      "[stderr:0] oh\n",
      "[output:0]",
      "a0",
      "[output:2]",
      "a2",
      "[output:0]",
      "b0",
      "Out[0:5]: 42",
      "Out[2:7]: 43",
    ],
  ],
])("outputs grouped by %s", (groupBy, shown) => {
  expect(show(layOut(parts, groupBy))).toEqual(shown);
});

test("several lines stand below their label", () => {
  const pieces = [stream("stdout", "one\ntwo"), result(1, { "text/plain": "[\n  1\n]" })];
  expect(show(layOut([{ engine: 1, pieces }], "type"))).toEqual(["[stdout:1]\none\ntwo\n", "Out[1:1]:\n[\n  1\n]"]);
});

test("a result that is more than text is shown whole, below its label", () => {
  const pieces = [result(4, { "text/html": "<b>1</b>", "text/plain": "1" })];
  expect(layOut([{ engine: 0, pieces }], "type")).toEqual([
    { kind: "rich", data: { "text/plain": "Out[0:4]:" }, metadata: {} },
    { kind: "rich", data: { "text/html": "<b>1</b>", "text/plain": "1" }, metadata: {} },
  ]);
});

test("a single engine's output is shown as it came, without labels", () => {
  const part: EnginePart = {
    engine: 1,
    pieces: [stream("stdout", "a\n"), picture("p"), stream("stdout", "b\n"), result(2, { "text/plain": "3" })],
  };
  expect(show(layOutSingle(part))).toEqual(["a\n", "p", "b\n", "3"]);
});
