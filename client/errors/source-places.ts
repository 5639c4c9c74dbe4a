import { readFileSync } from "node:fs";
import { findSourceMap, type SourceMap, type SourceMapping } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { ansiColours, codeExcerpt, type SourcePlace } from "../../protocol/code-excerpt.ts";
import { currentHost } from "../../protocol/host.ts";

/** A line `at f (/home/me/prog.ts:1:315)` or `at f (cell [3]:2:9)`, coloured or not. */
const framePattern =
  /^(.*\bat (?:.*[( ])?)(cell \[[^\]]*\]|file:[^\s()]*|\/[^()]*?|[A-Za-z]:\\[^()]*?):(\d+):(\d+)(.*)$/;
/** A line of a source above the frames, as engines write it: `  17 | code`. */
const excerptPattern = /^ +\d* \| /;

/**
 * A traceback whose places are those of the source, which this process knows better than the engine. Functions of a
 * program that a loader compiled (tsx, or a compiler that wrote source maps) travel as they were compiled, and those of a
 * notebook's cells without the cell.
 * @param method what the engine was doing: what it was sent as code, it knows best
 */
export function atSource(traceback: readonly string[], method: string): readonly string[] {
  const lines: string[] = [];
  let excerpt: string[] = [];
  let frames: Frame[] = [];
  const endTrace = (): void => {
    const innermost = frames.find(({ isUser }) => isUser);
    lines.push(...(innermost?.source?.(excerpt.length > 0) ?? excerpt), ...frames.map(({ text }) => text));
    excerpt = [];
    frames = [];
  };
  for (const line of traceback) {
    const text = stripVTControlCharacters(line);
    if (excerptPattern.test(text)) excerpt.push(line);
    else if (/^\s+at /.test(text)) frames.push(frameOf(line, method));
    else {
      endTrace();
      lines.push(line);
    }
  }
  endTrace();
  return lines;
}

/** A line of a stack trace. */
interface Frame {
  readonly text: string;
  /** Whether it names a cell or file. */
  readonly isUser: boolean;
  /** Its line of the source, to be shown above the frames; absent where this process does not know better. */
  readonly source?: (hasExcerpt: boolean) => readonly string[] | undefined;
}

function frameOf(text: string, method: string): Frame {
  const [, before, script = "", lineText, columnText, after] = framePattern.exec(text) ?? [];
  if (script === "") return { text, isUser: false };
  const place = { line: Number(lineText), column: Number(columnText) };
  const isCell = script.startsWith("cell [");
  const found = isCell ? (method === "apply" ? inCell(script, place) : undefined) : inSource(script, place);
  if (!found) return { text, isUser: true };
  const { file, line, column } = found;
  return {
    text: `${before}${file}:${line}:${column}${after}`,
    isUser: true,
    source: (hasExcerpt) => (isCell || hasExcerpt ? sourceExcerpt(found) : undefined),
  };
}

interface FoundPlace extends SourcePlace {
  readonly file: string;
  readonly lines: () => readonly string[];
}

/** @returns undefined for what is no cell of this notebook */
function inCell(name: string, place: SourcePlace): FoundPlace | undefined {
  const cell = currentHost()?.cellSource?.(name, place);
  return cell && { file: name, ...cell.place, lines: () => cell.lines };
}

/** @returns undefined for a file without a map */
function inSource(script: string, { line, column }: SourcePlace): FoundPlace | undefined {
  const entry: Partial<SourceMapping> = mapOf(script)?.findEntry(line - 1, column - 1) ?? {};
  const { originalSource, originalLine, originalColumn = 0 } = entry;
  if (originalSource === undefined || originalLine === undefined) return undefined;
  const file = pathOf(originalSource);
  const lines = () => readFileSync(file, "utf8").split("\n");
  return { file, line: originalLine + 1, column: originalColumn + 1, lines };
}

const mapOf = (script: string): SourceMap | undefined =>
  findSourceMap(script) ?? (script.startsWith("file:") ? undefined : findSourceMap(pathToFileURL(script).href));

const pathOf = (source: string): string => (source.startsWith("file:") ? fileURLToPath(source) : source);

function sourceExcerpt({ lines, ...place }: FoundPlace): readonly string[] {
  try {
    return codeExcerpt(lines(), place, ansiColours) ?? [];
  } catch {
    return []; // The source is not here: the frame alone says enough.
  }
}
