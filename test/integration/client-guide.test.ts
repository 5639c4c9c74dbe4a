import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { packageRoot } from "../../cli/package-root.ts";
import { stripTypes } from "../../runtime/cell/strip-types.ts";
import { makeIpythonFolder } from "../support/ipython-folder.ts";

const example = readFileSync(join(packageRoot, "examples", "client-tour.ts"), "utf8");

test("the tour prints what its comments say", async () => {
  await using folder = await makeIpythonFolder();
  // Within the package its own name means the built client.
  const program = join(packageRoot, ".cache", `client-tour-${process.pid}.mjs`);
  writeFileSync(program, stripTypes(example, "client-tour.ts"));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program], {
      env: { ...process.env, IPYTHONDIR: folder.path },
    });
    const promised = [...example.matchAll(/^\s*\/\/ → (.*)$/gm)].map(([, line]) => line);
    expect(stdout.trimEnd().split("\n")).toEqual(promised);
  } finally {
    rmSync(program);
  }
});

test("every example of the guide is a part of the tour", () => {
  const guide = readFileSync(join(packageRoot, "docs", "client.md"), "utf8");
  const snippets = [...guide.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
  expect(snippets.length).toBeGreaterThan(5);
  expect(snippets.filter((code) => !example.includes(code))).toEqual([]);
});
