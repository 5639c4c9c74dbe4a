import { type AnyNode, parse } from "acorn";
import fc from "fast-check";
import { expect, test } from "vitest";
import { freeNames } from "../../../../canning/functions/free-names.ts";

function free(expression: string): ReturnType<typeof freeNames> {
  const { body } = parse(`(function () { (${expression}) })`, {
    ecmaVersion: "latest",
    checkPrivateFields: false,
    allowSuperOutsideMethod: true,
  });
  const [statement] = body as AnyNode[];
  const wrapper = statement?.type === "ExpressionStatement" ? statement.expression : undefined;
  const inner = wrapper?.type === "FunctionExpression" ? wrapper.body.body[0] : undefined;
  return freeNames(inner?.type === "ExpressionStatement" ? [inner.expression] : []);
}

const names = (expression: string): string[] => free(expression).names.map(({ name }) => name);
const assigned = (expression: string): string[] =>
  free(expression).names.flatMap(({ name, isAssigned }) => (isAssigned ? [name] : []));

test("parameters, variables, functions and classes of a function are its own", () => {
  expect(
    names(
      "(a, { b, c: [d] }, ...e) => { let f = a + b; var g = d; function h() {} class I {} return e + f + g + h + I + out; }",
    ),
  ).toEqual(["out"]);
});

test("var counts for the whole function, let and const for their block", () => {
  expect(names("() => { if (x) { var a = 1; let b = 2; } return a + b; }")).toEqual(["x", "b"]);
});

test("a loop's variables and a catch's error end with it", () => {
  expect(
    names(
      "() => { for (const a of list) a; for (let i = 0; i < n; i++); try {} catch ({ code }) { code; } return a + i + code; }",
    ),
  ).toEqual(["list", "n", "a", "i", "code"]);
});

test("defaults and computed keys of patterns are uses", () => {
  expect(names("({ [key]: a = standard }, b = a + other) => b")).toEqual(["key", "standard", "other"]);
});

test("a named function expression and a class know their own names", () => {
  expect(names("function again(n) { return n && again(n - 1); }")).toEqual([]);
  expect(names("class A extends B { static make() { return new A(); } [key] = value; }")).toEqual([
    "B",
    "key",
    "value",
  ]);
});

test("labels, keys, properties and meta properties are no names", () => {
  expect(names("function () { out: for (;;) { break out; } return { key: a.b.c, d, e() {} }; }")).toEqual(["a", "d"]);
});

test("every way to assign is seen", () => {
  expect(
    assigned("() => { a = 1; b++; [c, { x: d }] = e; for (f of g); for (h.i in j); k ||= 1; let m; m = 1; }"),
  ).toEqual(["a", "b", "c", "d", "f", "k"]);
});

test("members are listed where nothing else is done with a name", () => {
  const { names: found } = free("() => ns.a(ns.b, other.x, other)");
  expect(found.map(({ name, members }) => [name, members && [...members]])).toEqual([
    ["ns", ["a", "b"]],
    ["other", undefined],
  ]);
});

test.each([
  ["() => this.x", 'it uses "this" of the code around it'],
  ["() => () => arguments[0]", 'it uses "arguments" of the code around it'],
  ["() => new.target", 'it uses "new.target" of the code around it'],
  ["function () { return super.x; }", "it uses super, which belongs to the object or class around it"],
  ["function (o) { return o.#x; }", "it uses #x, a private name of the class around it"],
  ["function () { return this.x + arguments.length + (() => this.y)(); }", undefined],
  ["class A extends B { #x; m() { return super.m() + this.#x; } static { this.y = 1; } }", undefined],
  ["() => ({ m() { return super.m(); } })", undefined],
])("%s: %s", (expression, problem) => {
  expect(free(expression).problem).toBe(problem);
});

test("what is declared around a use is never free, at any depth", () => {
  fc.assert(
    fc.property(fc.nat(5), fc.constantFrom("let", "const", "var"), (depth, kind) => {
      const use = `${"{ (() => { ".repeat(depth)} inner + outer; ${"})(); }".repeat(depth)}`;
      expect(names(`() => { ${kind} inner = 1; ${use} }`)).toEqual(["outer"]);
    }),
  );
});
