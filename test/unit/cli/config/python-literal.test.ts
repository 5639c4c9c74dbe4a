import { expect, test } from "vitest";
import { NotLiteral, parsePythonLiteral } from "../../../../cli/config/python-literal.ts";

test.each([
  ["'*'", "*"],
  ['"a\\tb\\x41\\u00e9\\q"', "a\tbAé\\q"],
  ["r'C:\\new'", "C:\\new"],
  ["u'é'", "é"],
  ["b'key'", "key"],
  ["'one' \"two\"", "onetwo"],
  ["'''a\nb'''", "a\nb"],
  ["'it\\'s'", "it's"],
  ["250", 250],
  ["1_000", 1000],
  ["0x1F", 31],
  ["-1.5e3", -1500],
  [".5", 0.5],
  ["True", true],
  ["False", false],
  ["None", null],
  ["[]", []],
  ["[1, 'a', [True],]", [1, "a", [true]]],
  ["(1, 2)", [1, 2]],
  ["(1,)", [1]],
  ["(1)", 1],
  ["()", []],
  ["1, 2", [1, 2]],
  ["{'host': 'db', 'port': 27017,}", { host: "db", port: 27017 }],
  ["{}", {}],
  ["{1, 2}", [1, 2]],
  ["[ # ports\n  1, # first\n  2\n]", [1, 2]],
  ["'a' \\\n 'b'  # joined", "ab"],
])("%j is read", (text, value) => {
  expect(parsePythonLiteral(text)).toEqual(value);
});

test.each([
  "",
  "ex_ip",
  "f'{x}'",
  "range(3)",
  "1 +",
  "2**10",
  "[1, 2",
  "'open",
  "{1: 2, 3}",
  "[1 2]",
  "1 2",
  "os.environ['A']",
])("%j is no literal", (text) => {
  expect(() => parsePythonLiteral(text)).toThrow(NotLiteral);
});

test("a dict's key cannot set a prototype", () => {
  const value = parsePythonLiteral("{'__proto__': {'polluted': True}}");
  expect(Object.keys(value as object)).toEqual(["__proto__"]);
  expect("polluted" in {}).toBe(false);
});
