import { expect, test } from "vitest";
import { freeReferences } from "../../../../runtime/cell/free-references.ts";
import { parseCell } from "../../../../runtime/cell/syntax-tree.ts";

const free = (code: string): string[] => freeReferences(parseCell(code)).map(({ name }) => name);

test.each([
  ["a.b.c[d]({ e, f: g, [h]: 1 })", ["a", "d", "e", "g", "h"]],
  ["function f(a, { b = c }, ...d) { return a + b + d + e + f + arguments.length }", ["c", "e", "f"]],
  ["(function g() { g; h })", ["h"]],
  ["const k = (x) => x + y", ["k", "y"]],
  ["class A extends B { [c] = d; static #p = A; static { e } m() { return this.#p } }", ["B", "c", "d", "e"]],
  ["{ let x = 1; function y() {} x; y; z }", ["z"]],
  ["for (let i = 0; i < n; i++) i; for (const k of ks) k; i", ["n", "ks", "i"]],
  ["function f() { if (1) { var v = 1 } return v }", []],
  ["try { a } catch ({ message }) { message } finally { b }", ["a", "b"]],
  ["label: while (x) { break label }", ["x"]],
  ["switch (s) { case t: let u = 1; u }", ["s", "t"]],
  ["tag`b`", ["tag"]],
  ["import x, { y as z } from 'm'; export { x }; x; import.meta", ["x"]],
])("the free names of %s are %j", (code, names) => {
  expect(free(code)).toEqual(names);
});

test("assigned names are known, shorthands too", () => {
  const found = freeReferences(parseCell("a = 1; ({ b, c: [d] } = e); f++; for (g of h) ; i.j = k"));
  expect(found.filter(({ isAssigned }) => isAssigned).map(({ name }) => name)).toEqual(["a", "b", "d", "f", "g"]);
  expect(found.filter(({ isShorthand }) => isShorthand).map(({ name }) => name)).toEqual(["b"]);
});
