import { type OptionShape, optionShapes } from "./option-shape.ts";
import type { Program } from "./program.ts";

/** The answer to `--help`: summary, usage, options with their defaults, by group if there are some, examples. */
export function helpText(program: Program): string {
  const shapes = optionShapes(program.options);
  const examples = program.examples ?? [];
  return [
    program.summary,
    "",
    `Usage: ${[program.name, "[options]", ...positionals(program, shapes)].join(" ")}`,
    ...sections(program, shapes),
    ...(examples.length > 0 ? ["", "Examples:", ...examples.map((example) => `  ${example}`)] : []),
  ].join("\n");
}

/** Flags that stand for options follow those that they stand for. */
function sections(program: Program, shapes: readonly OptionShape[]): string[] {
  const groups = Object.entries(program.groups ?? {});
  const grouped = new Set(groups.flatMap(([, keys]) => keys));
  const section = (heading: string, chosen: readonly OptionShape[], more: readonly Row[]): string[] => {
    const flags = flagRows(program, (key) => chosen.some((shape) => shape.key === key));
    return ["", `${heading}:`, ...table([...chosen.map((shape) => optionRow(program, shape)), ...flags, ...more])];
  };
  return [
    ...section(
      "Options",
      shapes.filter(({ key }) => !grouped.has(key)),
      [helpRow, versionRow],
    ),
    ...groups.flatMap(([heading, keys]) =>
      section(
        heading,
        shapes.filter(({ key }) => keys.includes(key)),
        [],
      ),
    ),
  ];
}

type Row = readonly [left: string, right: string];

const helpRow: Row = ["-h, --help", "Show this text."];
const versionRow: Row = ["--version", "Show the version."];

/** Columns of the terminal that help is written for. */
const columns = 100;

/** Two columns; a left side that is too wide has its text on the next line. */
export function table(rows: readonly Row[]): string[] {
  const width = Math.min(30, Math.max(...rows.map(([left]) => left.length)));
  const indent = " ".repeat(width + 4);
  return rows.flatMap(([left, right]) => {
    const [first = "", ...more] = wrap(right, columns - indent.length);
    const lines = more.map((line) => `${indent}${line}`);
    if (left.length > width) return [`  ${left}`, `${indent}${first}`, ...lines];
    return [`  ${left.padEnd(width)}  ${first}`, ...lines];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  // A default stays on one line with its word.
  for (const word of text.split(/ (?!\S*\)$)/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function optionRow(program: Program, shape: OptionShape): Row {
  const aliases = Object.entries(program.aliases ?? {})
    .filter(([, key]) => key === shape.key)
    .map(([alias]) => alias);
  const canBeNegated = shape.kind === "flag" && (shape.default === true || shape.default === undefined);
  const name = canBeNegated ? `[no-]${shape.flag}` : shape.flag;
  const names = [...aliases, name]
    .sort((a, b) => a.length - b.length)
    .map((each) => (each.length === 1 ? `-${each}` : `--${each}`));
  const value = shape.kind === "flag" ? "" : ` ${shape.placeholder}`;
  return [`${names.join(", ")}${value}`, [shape.description, ...remark(shape)].filter(Boolean).join(" ")];
}

function remark(shape: OptionShape): string[] {
  if (shape.isRequired) return ["(required)"];
  const value = Array.isArray(shape.default) ? shape.default.join(",") : shape.default;
  if (shape.kind === "flag") return value === true ? ["(default: on)"] : [];
  return value === undefined || value === "" ? [] : [`(default: ${String(value)})`];
}

function flagRows(program: Program, isChosen: (key: string) => boolean): Row[] {
  const keysToFlags = new Map(optionShapes(program.options).map(({ key, flag }) => [key, flag]));
  return Object.entries(program.flags ?? {})
    .filter(([, values]) => Object.keys(values).some(isChosen))
    .map(([flag, values]) => {
      const meaning = Object.entries(values).map(([key, value]) => `--${keysToFlags.get(key) ?? key}=${String(value)}`);
      return [`--${flag}`, `Short for ${meaning.join(" ")}.`];
    });
}

function positionals(program: Program, shapes: readonly OptionShape[]): string[] {
  return (program.positional ?? []).map((key) => {
    const shape = shapes.find((candidate) => candidate.key === key);
    const text = `${key.toUpperCase()}${shape?.kind === "list" ? "…" : ""}`;
    return shape?.isRequired ? text : `[${text}]`;
  });
}
