import { writeFileSync } from "node:fs";
import type { NotebookCell } from "./browser.ts";

const kernelspecs = {
  tsparallel: { name: "tsparallel", display_name: "TypeScript (parallel)", language: "typescript" },
  python3: { name: "python3", display_name: "Python 3", language: "python" },
} as const;

/** Writes a notebook of code cells, for our kernel unless told otherwise. */
export function writeNotebook(
  path: string,
  sources: readonly string[],
  kernel: keyof typeof kernelspecs = "tsparallel",
): void {
  const cells = sources.map((source, index) => ({
    cell_type: "code",
    id: `cell-${index}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  }));
  const metadata = { kernelspec: kernelspecs[kernel] };
  writeFileSync(path, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
}

/** Everything that a cell printed to one stream. */
export function streamText(cell: NotebookCell | undefined, name = "stdout"): string {
  return (cell?.outputs ?? [])
    .filter((output) => output.output_type === "stream" && output.name === name)
    .map((output) => output.text ?? "")
    .join("");
}

/** MIME bundles that a cell displayed or gave as its value. */
export function bundles(cell: NotebookCell | undefined): Readonly<Record<string, unknown>>[] {
  return (cell?.outputs ?? []).flatMap((output) => (output.data ? [output.data] : []));
}

/** Errors of all cells, one readable line each; empty when everything went well. */
export function errors(cells: readonly NotebookCell[]): string[] {
  return cells.flatMap((cell, index) =>
    (cell.outputs ?? [])
      .filter((output) => output.output_type === "error")
      .map((output) => `cell ${index}: ${output.ename}: ${output.evalue}`),
  );
}
