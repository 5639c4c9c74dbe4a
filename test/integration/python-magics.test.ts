import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual, promisify, stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { writeNotebook } from "../support/notebook.ts";
import { pythonProgram } from "../support/python.ts";
import { startPeerCluster, startPythonCluster } from "../support/python-cluster.ts";

/** Every magic of ipyparallel's, as its users write them. */
const cells = [
  `import ipyparallel as ipp
rc = ipp.Client(profile_dir=PROFILE_DIR, timeout=20)
rc.wait_for_engines(2, timeout=20, interactive=False)
view = rc[:]
view.block = True
view.activate()
view.scatter("rank", rc.ids, flatten=True)
rc.activate([1], suffix="_second")`,
  // Progress bars come and go with the speed of the machine.
  `%pxconfig --progress-after 60
%px import os`,
  `%px print("rank", rank)`,
  `%%px
print("rank", rank)
rank * 2`,
  `%%px --targets 1
rank`,
  `%%px --targets ::2
rank`,
  `%px_second rank + 100`,
  `%%px --noblock
rank + 10`,
  `%pxresult`,
  `%%px --local
shared = 5
print("local and remote")`,
  `shared, view["shared"]`,
  `%%px --out kept
rank + 20`,
  `kept.get()`,
  `%%px --no-stream --group-outputs=order
print("first", rank)
rank`,
  `%%px --group-outputs=type
print("second", rank)
rank`,
  `from IPython.display import HTML
view.push({"HTML": HTML})
%px display(HTML(f"<b>{rank}</b>"))`,
  `%pxconfig --noblock --targets 0
%px left = rank
%pxconfig --block --targets all
view.pull("left", targets=0)`,
  `%autopx`,
  `where = "on the engines"
print(where)
rank`,
  `%autopx`,
  `"where" in globals(), view["where"]`,
  `%px 1 / rank`,
  `%px not python`,
  `import time
%px import time
%px for step in range(3): print("step", step, flush=True); time.sleep(0.05)`,
];

/** What may differ between two runs of the same program: addresses, ids, counters, and the order of two engines' output. */
function settle(text: string): string[] {
  return stripVTControlCharacters(text)
    .replace(/0x[0-9a-f]+/g, "0x…")
    .replace(/Out\[(\d+):\d+\]/g, "Out[$1:…]")
    .replace(/(<AsyncResult\([^)]*\): )\w+/g, "$1…")
    .replace(/Cell In\[\d+\]|<ipython-input-[^>]*>/g, "cell")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
}

interface NotebookOutput {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
  readonly ename?: string;
}

/** Lines of every kind of output of a cell. What engines print is shown in pieces, again and again: each line counts once. */
function outputLines(outputs: readonly NotebookOutput[]): Record<string, string[]> {
  const lines: Record<string, string[]> = {};
  for (const { output_type, name, text, data, ename } of outputs) {
    const plain = [data?.["text/plain"] ?? []].flat().join("");
    const [, engine, printed = ""] = /^\[(std\w+:\d+)\] ?(.*)$/s.exec(plain) ?? [];
    const kind = engine ?? name ?? output_type;
    const shown = settle(engine ? printed : (text?.join("") ?? ename ?? JSON.stringify(data)));
    lines[kind] = engine ? [...new Set([...(lines[kind] ?? []), ...shown])] : [...(lines[kind] ?? []), ...shown];
  }
  return Object.fromEntries(Object.entries(lines).map(([kind, shown]) => [kind, shown.sort()]));
}

async function runNotebook(profileDir: string): Promise<Record<string, string[]>[]> {
  const folder = dirname(profileDir);
  const notebook = join(folder, "magics.ipynb");
  writeNotebook(
    notebook,
    cells.map((source) => source.replace("PROFILE_DIR", JSON.stringify(profileDir))),
    "python3",
  );
  const argv = ["nbconvert", "--execute", "--allow-errors", "--to", "notebook", "--inplace", notebook];
  await promisify(execFile)(pythonProgram("jupyter"), argv, { env: { ...process.env, IPYTHONDIR: folder } });
  const written = JSON.parse(readFileSync(notebook, "utf8")) as { cells: { outputs: NotebookOutput[] }[] };
  return written.cells.map(({ outputs }) => outputLines(outputs));
}

/**
 * What the notebook shows on each of two clusters. Under load ipyparallel's client, on either, now and then ends a cell
 * before its last output has come: so a line counts that any of up to three rounds shows.
 */
async function compareNotebooks(ours: string, theirs: string) {
  let [shown, expected] = await Promise.all([runNotebook(ours), runNotebook(theirs)]);
  for (let round = 2; round <= 3 && !isDeepStrictEqual(shown, expected); round++) {
    shown = union(shown, await runNotebook(ours));
    expected = union(expected, await runNotebook(theirs));
  }
  return { shown, expected };
}

type Shown = Awaited<ReturnType<typeof runNotebook>>;

/** The lines of both runs, cell by cell and kind by kind. */
function union(first: Shown, second: Shown): Shown {
  return first.map((cell, at) => {
    const other = second[at] ?? {};
    const kinds = [...new Set([...Object.keys(cell), ...Object.keys(other)])];
    const lines = (kind: string) => [...new Set([...(cell[kind] ?? []), ...(other[kind] ?? [])])].sort();
    return Object.fromEntries(kinds.map((kind) => [kind, lines(kind)]));
  });
}

test("a Python notebook's magics show the same with our controller as with ipyparallel's", async () => {
  await using ours = await startPythonCluster(2);
  await using theirs = await startPeerCluster(2);
  const { shown, expected } = await compareNotebooks(ours.profileDir, theirs.profileDir);

  expect(shown).toEqual(expected);
  expect(shown[3]).toEqual({
    "stdout:0": ["rank 0"],
    "stdout:1": ["rank 1"],
    display_data: [expect.stringMatching(/Out\[0:…\].*0"/), expect.stringMatching(/Out\[1:…\].*2"/)],
  });
  expect(shown[21]?.["stderr"]).toContain("ZeroDivisionError: division by zero");
});
