import { stripVTControlCharacters } from "node:util";

/** How one value is written by either language, and the form in which both are compared. */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/\b(?:None|undefined|null)\b/g, "none"],
  [/\bTrue\b/g, "true"],
  [/\bFalse\b/g, "false"],
  [/[“”‘’"`]/g, "'"],
  // numpy's `array([0., 1.])` and V8's `Float64Array(2) [ 0, 1 ]`, `Map(1) { 0 => 1 }`.
  [/\barray\(([^()]*)\)/g, "$1"],
  [/\b(?:\w*Array|Map|Set)\(\d+\) (?=[[{])/g, ""],
  [/ => /g, ": "],
  [/(?<=[{,]\s*)'(\w+)':/g, "$1:"],
  [/(\d)\.0?(?![\d.])/g, "$1"],
  // Long arrays are broken into lines.
  [/([[({,])\s+/g, "$1"],
  [/\s+([\])}])/g, "$1"],
  [/[ \t]+$/gm, ""],
];

/** What a program printed, in a form that is the same for the same values in Python and in TypeScript. */
export function canonical(printed: string): string {
  let text = stripVTControlCharacters(printed);
  for (const [spelling, form] of spellings) text = text.replace(spelling, form);
  return text.trim();
}
