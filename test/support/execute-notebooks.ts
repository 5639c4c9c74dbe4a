import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import type { NotebookCell } from "./browser.ts";
import { pythonProgram } from "./python.ts";

/** In a file, texts may be lists of lines. */
type Stored<T> = { [Key in keyof T]: T[Key] extends string | undefined ? T[Key] | string[] : T[Key] };
type Output = NonNullable<NotebookCell["outputs"]>[number];

export interface Execution {
  /** Environment in which Jupyter finds kernels, and kernels find the cluster. */
  readonly env: NodeJS.ProcessEnv;
  /** Where the executed copies are written; a kernel's working directory is its notebook's. */
  readonly outputFolder: string;
}

/**
 * Runs notebooks with nbconvert, one after the other, each to its end even where cells fail.
 * @returns the cells with their outputs, by file name
 */
export async function executeNotebooks(
  notebooks: readonly string[],
  { env, outputFolder }: Execution,
): Promise<ReadonlyMap<string, readonly NotebookCell[]>> {
  const options = ["--execute", "--allow-errors", "--to", "notebook", "--output-dir", outputFolder];
  await promisify(execFile)(pythonProgram("jupyter"), ["nbconvert", ...options, ...notebooks], { env });
  return new Map(notebooks.map((notebook) => [basename(notebook), cellsOf(join(outputFolder, basename(notebook)))]));
}

/** The cells of a notebook file. */
export function cellsOf(file: string): readonly NotebookCell[] {
  const { cells } = JSON.parse(readFileSync(file, "utf8")) as { cells: Stored<NotebookCell>[] };
  return cells.map(({ cell_type, source, execution_count = null, outputs = [] }) => ({
    cell_type: joined(cell_type),
    source: joined(source),
    execution_count,
    outputs: outputs.map(withText),
  }));
}

const joined = (text: string | readonly string[]): string => (typeof text === "string" ? text : text.join(""));

function withText(output: Output): Output {
  const { text, data } = output as { text?: string | string[]; data?: Record<string, string | string[]> };
  const plain = data && Object.fromEntries(Object.entries(data).map(([type, content]) => [type, joined(content)]));
  return { ...output, ...(text && { text: joined(text) }), ...(plain && { data: plain }) };
}
