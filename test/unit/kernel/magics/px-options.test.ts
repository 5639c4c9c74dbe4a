import { expect, test } from "vitest";
import {
  pxConfigOptions,
  pxOptions,
  pxResultOptions,
  readMagicOptions,
  readTargets,
  splitLeadingFlags,
} from "../../../../kernel/magics/px-options.ts";

const px = (rest: string) => {
  const read = readMagicOptions("%%px", pxOptions, rest);
  return read.kind === "run" ? read.options : read.text;
};

test("%%px without words has no options but the defaults", () => {
  expect(px("")).toEqual({ local: false });
});

test("the manual's flags are understood in all their spellings", () => {
  expect(px("--targets ::2 --noblock")).toEqual({ targets: "::2", block: false, local: false });
  expect(px("-t 1 -a")).toEqual({ targets: "1", block: false, local: false });
  expect(px("--block --group-outputs=engine")).toEqual({ block: true, groupOutputs: "engine", local: false });
  expect(px("-b -r --verbose --local")).toEqual({ block: true, groupOutputs: "order", verbose: true, local: true });
  expect(px("-e -o ar --no-verbose")).toEqual({ groupOutputs: "engine", out: "ar", verbose: false, local: false });
});

test("a list of targets may have blanks in brackets", () => {
  expect(px("--targets [0, 2] -a")).toEqual({ targets: "[0, 2]", block: false, local: false });
});

test("an unknown flag names the nearest", () => {
  expect(() => px("--target 1")).toThrow("did you mean --targets?");
  expect(() => px("--group-output engine")).toThrow("did you mean --group-outputs?");
});

test("a wrong grouping names the choices", () => {
  expect(() => px("--group-outputs=enginge")).toThrow("--group-outputs: type or engine or order expected");
});

test("--help gives a text instead of running", () => {
  expect(px("--help")).toContain("--group-outputs");
});

test("%pxconfig and %pxresult take their own flags only", () => {
  expect(readMagicOptions("%pxconfig", pxConfigOptions, "--targets ::2 --noblock")).toEqual({
    kind: "run",
    options: { targets: "::2", block: false },
  });
  expect(() => readMagicOptions("%pxconfig", pxConfigOptions, "--local")).toThrow("Unknown option --local");
  expect(() => readMagicOptions("%pxresult", pxResultOptions, "--targets 1")).toThrow("Unknown option --targets");
});

test("before code, what looks like a flag and cannot be code is one, to be refused by name", () => {
  for (const wrong of ["--target 1 x", "--targets 0 --bogus=2 x"]) {
    const { flags, code } = splitLeadingFlags(wrong);
    expect([flags, code]).toEqual([wrong, ""]);
    expect(() => px(flags)).toThrow("Unknown option --");
  }
  for (const code of ["--count", "--count; x", "--count + 1", "--count == 1", "--count==1", "--count in x"])
    expect(splitLeadingFlags(code)).toEqual({ flags: "", code });
});

test("targets are all, an id, a slice, a list or a language", () => {
  expect(readTargets("all")).toBe("all");
  expect(readTargets("2")).toBe(2);
  expect(readTargets("python")).toBe("python");
  expect(readTargets("-1")).toBe(-1);
  expect(readTargets("::2")).toBe("::2");
  expect(readTargets("1:3")).toBe("1:3");
  expect(readTargets("0,2")).toEqual([0, 2]);
  expect(readTargets("[0, 2]")).toEqual([0, 2]);
  expect(readTargets("[1]")).toEqual([1]);
});

test("words that name no engines are refused with the ways to name them", () => {
  for (const text of ["", "0,x", "[]", "a b"]) expect(() => readTargets(text)).toThrow("a slice of the ids");
});

test("flags directly after %px are flags, anything else is code", () => {
  expect(splitLeadingFlags("--targets 0 --noblock a = 1")).toEqual({ flags: "--targets 0 --noblock", code: " a = 1" });
  expect(splitLeadingFlags("--count")).toEqual({ flags: "", code: "--count" });
  expect(splitLeadingFlags("x --targets 0")).toEqual({ flags: "", code: "x --targets 0" });
});
