import { type OptionShape, optionShapes } from "./option-shape.ts";
import type { Program } from "./program.ts";

/** The answer to `--help`: summary, usage, options with their defaults, examples. */
export function helpText(program: Program): string {
  const shapes = optionShapes(program.options);
  const rows = [...shapes.map((shape) => optionRow(program, shape)), ...flagRows(program), helpRow, versionRow];
  const examples = program.examples ?? [];
  return [
    program.summary,
    "",
    `Usage: ${[program.name, "[options]", ...positionals(program, shapes)].join(" ")}`,
    "",
    "Options:",
    ...table(rows),
    ...(examples.length > 0 ? ["", "Examples:", ...examples.map((example) => `  ${example}`)] : []),
  ].join("\n");
}

type Row = readonly [left: string, right: string];

const helpRow: Row = ["-h, --help", "Show this text."];
const versionRow: Row = ["--version", "Show the version."];

/** Two columns; a left side that is too wide has its text on the next line. */
export function table(rows: readonly Row[]): string[] {
  const width = Math.min(30, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) =>
    left.length > width ? `  ${left}\n  ${" ".repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
  );
}

function optionRow(program: Program, shape: OptionShape): Row {
  const aliases = Object.entries(program.aliases ?? {})
    .filter(([, key]) => key === shape.key)
    .map(([alias]) => alias);
  const name = shape.kind === "flag" && shape.default === true ? `[no-]${shape.flag}` : shape.flag;
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

function flagRows(program: Program): Row[] {
  const keysToFlags = new Map(optionShapes(program.options).map(({ key, flag }) => [key, flag]));
  return Object.entries(program.flags ?? {}).map(([flag, values]) => {
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
