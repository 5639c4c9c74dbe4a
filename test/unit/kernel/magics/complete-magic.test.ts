import { expect, test } from "vitest";
import { completeMagic, inspectMagic } from "../../../../kernel/magics/complete-magic.ts";
import { MagicRegistry } from "../../../../kernel/magics/magic-registry.ts";

const registry = new MagicRegistry();
const run = async () => undefined;
registry.add({
  px: { summary: "Runs.", flags: ["--block", "--noblock", "--targets"], line: run, cell: run },
  pxresult: { summary: "Shows.", flags: [], line: run },
});
const complete = (source: string) => completeMagic(registry, source, source.length);

test("on the first line, line and cell magics are offered", () => {
  expect(complete("%p")).toEqual({ start: 0, end: 2, candidates: ["%px", "%pxresult", "%%px"] });
  expect(complete("%%")).toEqual({ start: 0, end: 2, candidates: ["%%px"] });
});

test("below it, only line magics are", () => {
  expect(complete("a;\n  %pxr")).toEqual({ start: 5, end: 9, candidates: ["%pxresult"] });
});

test("flags of a magic are offered after a dash", () => {
  expect(complete("%%px --targets 0 --n")).toEqual({ start: 17, end: 20, candidates: ["--noblock"] });
  expect(complete("%pxresult --")).toBeUndefined();
});

test("TypeScript is left to TypeScript", () => {
  expect(complete("Math.")).toBeUndefined();
  expect(complete("%px Math.")).toBeUndefined();
});

test("a magic's name tells what it does", () => {
  expect(inspectMagic(registry, "%%px --block", 3)).toBe("%%px\n\nRuns.\n\nFlags: --block, --noblock, --targets");
  expect(inspectMagic(registry, "%%px --block", 9)).toBeUndefined();
  expect(inspectMagic(registry, "%nope", 2)).toBeUndefined();
});
