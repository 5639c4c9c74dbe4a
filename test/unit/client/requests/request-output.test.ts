import { expect, test } from "vitest";
import type { OutputPiece } from "../../../../client/requests/output-piece.ts";
import { RequestOutput } from "../../../../client/requests/request-output.ts";

const write = (text: string, name: "stdout" | "stderr" = "stdout"): OutputPiece => ({ kind: "stream", name, text });
const show = (picture: string, displayId?: string, isUpdate = false): OutputPiece => ({
  kind: "display",
  data: { "text/plain": picture },
  metadata: {},
  displayId,
  isUpdate,
});
const shown = (output: RequestOutput): unknown[] => output.displays.map(({ data }) => data["text/plain"]);

function outputOf(...pieces: OutputPiece[]): RequestOutput {
  const output = new RequestOutput();
  for (const piece of pieces) output.add(piece);
  return output;
}

test("text of one stream in a row is one piece; streams are told apart", () => {
  const output = outputOf(write("a"), write("b"), write("!", "stderr"), write("c"));
  expect(output.pieces).toEqual([write("ab"), write("!", "stderr"), write("c")]);
  expect([output.stdout, output.stderr]).toEqual(["abc", "!"]);
});

test("an update stands where the display was first shown, and an update of nothing shows nothing", () => {
  const output = outputOf(show("one", "id"), show("two"), show("one more", "id", true), show("lost", "other", true));
  expect(shown(output)).toEqual(["one more", "two"]);
});

test("cleared output is gone at once, or when the next comes", () => {
  expect(outputOf(write("a"), { kind: "clear", wait: false }).stdout).toBe("");
  const output = outputOf(write("a"), { kind: "clear", wait: true });
  expect(output.stdout).toBe("a");
  output.add(show("b"));
  expect([output.stdout, shown(output)]).toEqual(["", ["b"]]);
});
