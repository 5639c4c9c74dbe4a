import fc from "fast-check";
import { expect, test } from "vitest";
import { lineStarts } from "../../../../kernel/magics/line-starts.ts";
import { splitCell } from "../../../../kernel/magics/split-cell.ts";

const known = new Set(["px", "autopx", "pxresult"]);
const split = (source: string) =>
  splitCell(
    source,
    (name) => known.has(name),
    ({ name, rest }) => `M(${name}|${rest});`,
  );
const code = (source: string) => {
  const cell = split(source);
  return cell.kind === "code" ? cell.source : cell;
};

test("a cell without a percent sign is left alone", () => {
  expect(split("const a = 1;\na")).toEqual({ kind: "code", source: "const a = 1;\na", calls: [] });
});

test("a line magic becomes a call on its line, among other lines", () => {
  expect(code("const a = 1\n%px b = 2\na")).toBe("const a = 1\nM(px|b = 2);\na");
});

test("a line magic inside a block keeps its indent", () => {
  expect(code("for (const x of [1]) {\n  %px c = 3\n}")).toBe("for (const x of [1]) {\n  M(px|c = 3);\n}");
});

test("a magic without words has none", () => {
  expect(code("%autopx")).toBe("M(autopx|);");
});

test("the remainder operator at the beginning of a line stays code", () => {
  for (const source of ["const a = 7\n  % 3", "const a = b\n%c", "f(1)\n%count + 1", "x[0]\n%y", "`t`\n%z"])
    expect(code(source)).toBe(source);
});

test("a known magic is a magic even after a line without semicolon", () => {
  expect(code("const a = 7\n%px b")).toBe("const a = 7\nM(px|b);");
});

test("an unknown name after a finished statement is a magic, for its error to be useful", () => {
  expect(code("const a = 7;\n%pz b")).toBe("const a = 7;\nM(pz|b);");
});

test("text that looks like a magic inside a template, comment or string is text", () => {
  for (const source of [
    "const t = `\n%px a\n`;",
    "const t = `\u0024{f({ a: `\n%px a\n` })}\n%px a\n`;",
    "/*\n%px a\n*/",
    "const s = 'a\\\n%px b';",
  ])
    expect(code(source)).toBe(source);
});

test("quotes inside comments, regular expressions and strings open nothing", () => {
  for (const opening of [
    "// it's `",
    "const r = /[`/'\"]/g;",
    'const s = "it\'s `";',
    "return_(a) / b; // '",
    "const d = 4 / 2;",
  ])
    expect(code(`${opening}\n%px a`)).toBe(`${opening}\nM(px|a);`);
});

test("a magic after a template with a hole is found", () => {
  expect(code("const t = `a\u0024{ { b: 1 }.b }c`;\n%px a")).toBe("const t = `a\u0024{ { b: 1 }.b }c`;\nM(px|a);");
});

test("a cell magic takes the rest of the cell, its lines where they were", () => {
  expect(split("%%px --targets ::2\nconst a = 1\n%px not a magic")).toEqual({
    kind: "cell-magic",
    call: { name: "px", rest: "--targets ::2", line: 0, column: 5 },
    body: "\nconst a = 1\n%px not a magic",
  });
});

test("blank lines above a cell magic count", () => {
  expect(split("\n\n%%px\na")).toEqual({
    kind: "cell-magic",
    call: { name: "px", rest: "", line: 2, column: 4 },
    body: "\n\n\na",
  });
});

test("a cell magic below code is no cell magic", () => {
  expect(code("a;\n%%px\nb")).toBe("a;\n%%px\nb");
});

test("a call knows its line and the column of its words", () => {
  const cell = split("let a;\n  %px  b = 2");
  expect(cell.kind === "code" && cell.calls).toEqual([{ name: "px", rest: "b = 2", line: 1, column: 7 }]);
});

test("line starts are those of the source, whatever it is", () => {
  const piece = fc.constantFrom("`", "\u0024{", "}", "{", "'", '"', "/", "*", "\\", "\n", "%px a", "[", "]", "x", " ");
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const source = pieces.join("");
      const offsets = lineStarts(source).map(({ offset }) => offset);
      const expected = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
      expect(offsets).toEqual(expected);
    }),
  );
});
