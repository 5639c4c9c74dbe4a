import { fileURLToPath } from "node:url";
import { variableName } from "../cell/builtin-globals.ts";
import { sourceColumn } from "./cell-sources.ts";

/** One line of a stack trace. */
export interface StackFrame {
  /** As it is shown, without the leading `at`. */
  readonly text: string;
  /** Script as V8 names it; empty where the frame has none. */
  readonly file: string;
  /** From 1; 0 where it is not known. */
  readonly line: number;
  readonly column: number;
}

/** Frames that matter to the user: from where it was thrown to the outermost code of the user, without ours and Node's. */
export function userFrames(error: unknown): StackFrame[] {
  const all = stackFrames(error);
  const start = all.findIndex(({ text, file }) => isOurs(file) && /^(async )?Namespace\.run /.test(text));
  const frames = start < 0 ? all : all.slice(0, start);
  const outermost = frames.findLastIndex(({ file }) => isUserFile(file));
  return frames.slice(0, outermost + 1).filter(({ file }) => !isInternal(file) && !isOurs(file));
}

/** Whether it was thrown by this package's own code, on nobody's behalf. */
export function isOurBug(error: unknown): boolean {
  const frames = stackFrames(error).filter(({ file }) => file !== "" && !isInternal(file));
  return frames[0] !== undefined && isOurs(frames[0].file) && !frames.some(({ file }) => isUserFile(file));
}

/** All frames, columns corrected. */
function stackFrames(error: unknown): StackFrame[] {
  const stack = stackOf(error);
  const head = /^(cell \[.*?\][^\n:]*|file:[^\n]*?):(\d+)\n/.exec(stack);
  // Node puts the place of a syntax error in front, with the line and a caret under it.
  const caret = /\n( *)\^/.exec(stack)?.[1]?.length;
  const first = head ? [frame(`${head[1]}:${head[2]}:${(caret ?? 0) + 1}`)] : [];
  const lines = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return [...first, ...lines.map((line) => frame(line.trim().slice("at ".length)))];
}

function stackOf(error: unknown): string {
  try {
    const stack: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "stack") : undefined;
    return typeof stack === "string" ? stack : "";
  } catch {
    // A getter of the user's: then there is no stack.
    return "";
  }
}

/** `async f (cell [12]:4:9)`, `file:///x.mjs:1:2`, `new Promise (<anonymous>)` */
function frame(text: string): StackFrame {
  const match = /^(?:(.*?) \()?((?:async )?)(.*?):(\d+):(\d+)\)?$/.exec(text);
  if (!match) return { text, file: "", line: 0, column: 0 };
  const [, name, asynchronous = "", file = "", lineText, columnText] = match;
  const line = Number(lineText);
  const column = sourceColumn(file, line, Number(columnText));
  const place = `${shownFile(file)}:${line}:${column}`;
  const shown = name === undefined ? asynchronous + place : `${shownName(name)} (${place})`;
  return { text: shown, file, line, column };
}

const shownName = (name: string): string => name.split(" ").map(variableName).join(" ");

const shownFile = (file: string): string => (file.startsWith("file:") ? pathOf(file) : file);

/** Path of a file's URL without the version that a changed module is imported under. */
export function pathOf(file: string): string {
  try {
    return file.startsWith("file:") ? fileURLToPath(file.replace(/\?.*$/, "")) : file;
  } catch {
    return file;
  }
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** `tsparallel:…` names scripts of the client that travel as users' functions do. */
const isInternal = (file: string): boolean => /^(node|tsparallel):/.test(file) || file === "import";

/** Sources run from the project's folder in tests, where dependencies and tests are not ours. */
const isOurs = (file: string): boolean => {
  const path = pathOf(file);
  return path.startsWith(root) && !/^(node_modules|test|examples)\//.test(path.slice(root.length));
};

const isUserFile = (file: string): boolean =>
  file.startsWith("cell [") || (file !== "" && !isInternal(file) && !isOurs(file) && !file.includes("/node_modules/"));
