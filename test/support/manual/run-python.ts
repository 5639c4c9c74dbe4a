import { spawn } from "node:child_process";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { z } from "zod";
import { parseJson } from "../../../protocol/json.ts";
import { pythonProgram } from "../python.ts";
import type { Chapter } from "./chapter.ts";

/** All chapters together take 15 s on an idle machine. */
const limitMs = 80_000;
const program = join(import.meta.dirname, "..", "..", "fixtures", "manual_chapters.py");

/**
 * Runs the Python half of chapters.
 * @param env where ipyparallel looks for the cluster
 * @returns what each example printed, chapter by chapter
 * @throws when an opening printed anything, as it does when it fails
 */
export async function runPython(chapters: readonly Chapter[], env: NodeJS.ProcessEnv): Promise<string[][]> {
  const input = chapters.map(({ opening, snippets }) => ({
    opening: opening.py,
    snippets: snippets.map(({ code }) => code.py),
  }));
  const python = spawn(pythonProgram("python"), [program], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
    timeout: limitMs,
  });
  python.stdin.end(JSON.stringify(input));
  const results = z.array(z.array(z.string())).parse(parseJson(await buffer(python.stdout)));
  return results.map(([opened = "", ...printed], index) => {
    if (opened !== "") throw new Error(`The opening of ${chapters[index]?.name} printed: ${opened}`);
    return printed;
  });
}
