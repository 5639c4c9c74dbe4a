import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { JupyterPath } from "../support/kernelspec.ts";
import { writeNotebook } from "../support/notebook.ts";
import { pythonProgram } from "../support/python.ts";

const run = promisify(execFile);
const fixtures = join(import.meta.dirname, "..", "fixtures");

test("nbconvert executes a notebook with our kernel", async () => {
  using jupyter = new JupyterPath();
  const notebook = join(jupyter.path, "small.ipynb");
  writeNotebook(notebook, ["const n: number = 6;", "console.log(n * 7);\nawait Promise.resolve({ n })"]);
  await run(pythonProgram("jupyter"), ["nbconvert", "--execute", "--to", "notebook", "--inplace", notebook], {
    env: jupyter.env,
  });
  const { cells } = JSON.parse(readFileSync(notebook, "utf8")) as { cells: { outputs: unknown[] }[] };
  expect(cells.map(({ outputs }) => outputs)).toMatchObject([
    [],
    [
      { output_type: "stream", text: ["42\n"] },
      { output_type: "execute_result", data: { "text/plain": ["{ n: 6 }"] } },
    ],
  ]);
});

test("an error ends nbconvert, the line shown", async () => {
  using jupyter = new JupyterPath();
  const notebook = join(jupyter.path, "wrong.ipynb");
  writeNotebook(notebook, ["const n: number = 6;\nthrow new RangeError(String(n));"]);
  const execution = run(pythonProgram("jupyter"), ["nbconvert", "--execute", "--to", "notebook", notebook], {
    env: jupyter.env,
  });
  const message = await execution.then(
    () => "it ran",
    (error: Error) => stripVTControlCharacters(error.message),
  );
  expect(message).toContain("at cell [1]:2:7");
});

test("the kernel passes Jupyter's own tests of its messages", async () => {
  using jupyter = new JupyterPath();
  const program = join(fixtures, "kernel_conformance.py");
  const { stderr } = await run(pythonProgram("python"), [program], { env: jupyter.env });
  expect(stderr).toMatch(/Ran \d+ tests[\s\S]*OK/);
});
