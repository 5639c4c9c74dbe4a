import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { packageRoot } from "../../cli/package-root.ts";
import { stripTypes } from "../../runtime/cell/strip-types.ts";
import { makeIpythonFolder } from "../support/ipython-folder.ts";

const tours = [
  { tour: "client-tour.ts", guide: "client.md" },
  { tour: "direct-view-tour.ts", guide: "direct-view.md" },
  { tour: "load-balanced-view-tour.ts", guide: "load-balanced-view.md" },
  { tour: "results-tour.ts", guide: "results.md" },
  { tour: "errors-tour.ts", guide: "errors.md" },
];

const read = (...path: string[]) => readFileSync(join(packageRoot, ...path), "utf8");

test.each(tours)("$tour prints what its comments say", async ({ tour }) => {
  await using folder = await makeIpythonFolder();
  const example = read("examples", tour);
  // Within the package its own name means the built client.
  const program = join(packageRoot, ".cache", `${tour}-${process.pid}.mjs`);
  writeFileSync(program, stripTypes(example, tour));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program], {
      cwd: packageRoot,
      env: { ...process.env, IPYTHONDIR: folder.path },
    });
    const promised = [...example.matchAll(/^\s*\/\/ → (.*)$/gm)].map(([, line]) => line);
    expect(stdout.trimEnd().split("\n")).toEqual(promised);
  } finally {
    rmSync(program);
  }
});

test.each(tours)("every example of $guide is a part of $tour", ({ tour, guide }) => {
  const snippets = [...read("docs", guide).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
  const example = read("examples", tour);
  expect(snippets.length).toBeGreaterThan(5);
  expect(snippets.filter((code) => !example.includes(code))).toEqual([]);
});
