import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { packageRoot, programFile } from "../../cli/package-root.ts";
import { makeIpythonFolder } from "../support/ipython-folder.ts";
import { pythonProgram } from "../support/python.ts";

const program = join(packageRoot, "examples", "drop_in.py");
const example = readFileSync(program, "utf8");

test("the Python example prints what its comments say, with our controller in ipyparallel's Cluster", async () => {
  await using folder = await makeIpythonFolder();
  const { stdout } = await promisify(execFile)(pythonProgram("python"), [program, programFile("controller")], {
    env: { ...process.env, IPYTHONDIR: folder.path },
  });
  const promised = [...example.matchAll(/^\s*# → (.*)$/gm)].map(([, line]) => line);
  expect(stdout.trimEnd().split("\n")).toEqual(promised);
});

test("every example of the guide to Python is a part of the program", () => {
  const guide = readFileSync(join(packageRoot, "docs", "python.md"), "utf8");
  const snippets = [...guide.matchAll(/^```python\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
  expect(snippets.length).toBeGreaterThan(4);
  expect(snippets.filter((code) => !example.includes(code))).toEqual([]);
});
