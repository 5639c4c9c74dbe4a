import { readFileSync } from "node:fs";
import { findSourceMap, type SourceMap, type SourceMapping } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { ansiColours, codeExcerpt, type SourcePlace } from "../../protocol/code-excerpt.ts";

/** A line `at f (/home/me/prog.ts:1:315)`, coloured or not. */
const framePattern = /^(.*\bat (?:.*[( ])?)(file:[^\s()]*|\/[^()]*?|[A-Za-z]:\\[^()]*?):(\d+):(\d+)(.*)$/;
/** A line of a source above the frames, as engines write it: `  17 | code`. */
const excerptPattern = /^ +\d* \| /;

/**
 * A traceback whose places are those of the source. Functions of a program that a loader compiled (tsx, or a compiler
 * that wrote source maps) travel as they were compiled: an engine knows no other places, while this process has the maps.
 */
export function atSource(traceback: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let excerpt: string[] = [];
  for (const line of traceback) {
    if (excerptPattern.test(stripVTControlCharacters(line))) {
      excerpt.push(line);
      continue;
    }
    const frame = sourceFrame(line);
    lines.push(...(frame && excerpt.length > 0 ? sourceExcerpt(frame) : excerpt), frame?.text ?? line);
    excerpt = [];
  }
  return [...lines, ...excerpt];
}

interface SourceFrame extends SourcePlace {
  readonly text: string;
  readonly file: string;
}

/** @returns undefined for what is no frame, or of a file without a map */
function sourceFrame(frame: string): SourceFrame | undefined {
  const [, before, script = "", line, column, after] = framePattern.exec(frame) ?? [];
  const map = script === "" ? undefined : mapOf(script);
  const entry: Partial<SourceMapping> = map?.findEntry(Number(line) - 1, Number(column) - 1) ?? {};
  const { originalSource, originalLine, originalColumn = 0 } = entry;
  if (originalSource === undefined || originalLine === undefined) return undefined;
  const file = pathOf(originalSource);
  const place = { line: originalLine + 1, column: originalColumn + 1 };
  return { ...place, file, text: `${before}${file}:${place.line}:${place.column}${after}` };
}

const mapOf = (script: string): SourceMap | undefined =>
  findSourceMap(script) ?? (script.startsWith("file:") ? undefined : findSourceMap(pathToFileURL(script).href));

const pathOf = (source: string): string => (source.startsWith("file:") ? fileURLToPath(source) : source);

function sourceExcerpt({ file, ...place }: SourceFrame): string[] {
  try {
    return codeExcerpt(readFileSync(file, "utf8").split("\n"), place, ansiColours) ?? [];
  } catch {
    return []; // The source is not here: the frame alone says enough.
  }
}
