import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../cli/package-root.ts";
import { makeIpythonFolder } from "../support/ipython-folder.ts";
import { checkPrograms, runPrograms } from "../support/manual/typescript-programs.ts";

const guide = readFileSync(join(packageRoot, "docs", "guide.md"), "utf8");
const code = [...guide.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join("\n");
const programs = [{ name: "guide", code }];

test("the guide's code compiles", async () => {
  expect(await checkPrograms(programs)).toBe("");
});

test("the guide's code prints what its comments say", async () => {
  await using folder = await makeIpythonFolder();
  const [printed = ""] = await runPrograms(programs, { ...process.env, IPYTHONDIR: folder.path, NO_COLOR: "1" });
  const promised = [...code.matchAll(/^\s*\/\/ → (.*)$/gm)].map(([, line]) => line);
  expect(printed.trimEnd().split("\n")).toEqual(promised);
});
