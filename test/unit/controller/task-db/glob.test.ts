import fc from "fast-check";
import { expect, test } from "vitest";
import { fitsGlob, globRegex, parseGlob } from "../../../../controller/task-db/glob.ts";

const fits = (glob: string, text: string): boolean => fitsGlob(parseGlob(glob), text);

test.each([
  ["*", "", true],
  ["a*c", "abbc", true],
  ["a*c", "abb", false],
  ["?", "\u{1f600}", true],
  ["?", "", false],
  ["[abc]", "b", true],
  ["[a-c]x", "cx", true],
  ["[!a-c]", "d", true],
  ["[!a-c]", "b", false],
  ["[]]", "]", true],
  ["[!]]", "]", false],
  ["[a-]", "-", true],
  ["[c-a]", "b", false],
  ["[!c-a]", "b", true],
  ["[", "[", true],
  ["[a", "[a", true],
  ["**a**", "xay", true],
  ["a.c", "abc", false],
  ["A", "a", false],
  ["a*", "b\na", false],
  ["*a", "b\na", true],
])("%j on %j: %j, as Python's fnmatch has it", (glob, text, expected) => {
  expect(fits(glob, text)).toBe(expected);
});

test("a pattern with many stars ends soon on a long text", () => {
  expect(fits(`${"a*".repeat(50)}b`, "a".repeat(5000))).toBe(false);
});

test("it agrees with its regular expression", () => {
  const unit = fc.constantFrom("a", "b", "*", "?", "[", "]", "!", "-", "^", "\\", "\n", "\u{1f600}");
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 8 }), fc.string({ unit, maxLength: 6 }), (glob, text) => {
      // The same in JavaScript's dialect.
      const source = globRegex(parseGlob(glob))
        .replace(/^\\A/, "^")
        .replace(/\\z$/, "$")
        .replaceAll(/\\x\{(\w+)\}/g, "\\u{$1}");
      expect(fits(glob, text)).toBe(new RegExp(source, "u").test(text));
    }),
    { numRuns: 2000 },
  );
});
