import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { TypeScriptError } from "../../../../kernel/cells/typescript-error.ts";

const at = (line: number, column: number) => ({ offset: 0, line, column });
const source = "const a = 1;\n\tconst s: string = a;\nf(\n);";

test("an error shows the line and marks the fault under it", () => {
  const problem = { code: 2322, message: "No string.", start: at(1, 7), end: at(1, 8) };
  const error = new TypeScriptError([problem], source, "cell [3]");
  expect(error.message).toBe("cell [3]:2:8 No string.");
  expect(error.renderTraceback().map(stripVTControlCharacters)).toEqual([
    "TypeScriptError",
    "cell [3]:2:8 - error TS2322: No string.",
    "2 | \tconst s: string = a;",
    "  | \t      ~",
    "",
  ]);
});

test("a fault of several lines is marked to the end of its first", () => {
  const problem = { code: 1, message: "", start: at(2, 0), end: at(3, 1) };
  const lines = new TypeScriptError([problem], source, "cell [3]").renderTraceback().map(stripVTControlCharacters);
  expect(lines.slice(2, 4)).toEqual(["3 | f(", "  | ~~"]);
});

test("of many errors the first are shown, the rest counted", () => {
  const problems = Array.from({ length: 10 }, () => ({ code: 1, message: "", start: at(0, 0), end: at(0, 1) }));
  expect(new TypeScriptError(problems, source, "cell [3]").renderTraceback().at(-1)).toBe("… and 2 more.");
});
