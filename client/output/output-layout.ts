import type { CellResult, OutputPiece, RichOutput } from "../requests/output-piece.ts";

/** How the outputs of several engines are put in order (manual, "Output Display"). */
export type Grouping = "type" | "engine" | "order";

/** Everything that one engine put out. */
export interface EnginePart {
  /** `undefined` for an engine that was never announced to this client. */
  readonly engine: number | undefined;
  readonly pieces: readonly OutputPiece[];
}

/** Something to show, labelled and complete. */
export type OutputBlock =
  | { readonly kind: "text"; readonly stream: "stdout" | "stderr"; readonly text: string }
  | ({ readonly kind: "rich" } & RichOutput);

/** The outputs of several engines in the order in which to show them, each with its engine's label. */
export function layOut(parts: readonly EnginePart[], groupBy: Grouping): OutputBlock[] {
  if (groupBy === "engine")
    return parts.flatMap((part) => [
      ...streams(part, "stdout"),
      ...streams(part, "stderr"),
      ...displays(part),
      ...results(part),
    ]);
  return [
    ...parts.flatMap((part) => streams(part, "stdout")),
    ...parts.flatMap((part) => streams(part, "stderr")),
    ...(groupBy === "order" ? collatedDisplays(parts) : parts.flatMap(displays)),
    ...parts.flatMap(results),
  ];
}

/** The output of a single engine: as it came, without labels. */
export function layOutSingle({ pieces }: EnginePart): OutputBlock[] {
  return pieces.flatMap((piece): OutputBlock[] => {
    if (piece.kind === "stream") return [{ kind: "text", stream: piece.name, text: piece.text }];
    if (piece.kind !== "display" && piece.kind !== "result") return [];
    return [{ kind: "rich", data: piece.data, metadata: piece.metadata }];
  });
}

/**
 * Text of a stream under its engine's label: `[stdout:2] text`, or the label on a line of its own above several lines.
 * It ends with a line break.
 */
export function labelledText(stream: "stdout" | "stderr", engine: number | undefined, text: string): string {
  return `${besideOrAbove(`[${stream}:${engine ?? "?"}]`, text.replace(/\n$/, ""))}\n`;
}

/** The value of a cell under its engine's label: `Out[2:5]: text`; what is more than text has the label above it. */
export function labelledResult(engine: number | undefined, result: CellResult): OutputBlock[] {
  const label = `Out[${engine ?? "?"}:${result.executionCount}]:`;
  const { "text/plain": text = "", ...others } = result.data;
  if (Object.keys(others).length > 0)
    return [plain(label), { kind: "rich", data: result.data, metadata: result.metadata }];
  return [plain(besideOrAbove(label, String(text)))];
}

/** The label that stands above the displays of an engine. */
export const displayLabel = (engine: number | undefined): OutputBlock => plain(`[output:${engine ?? "?"}]`);

const plain = (text: string): OutputBlock => ({ kind: "rich", data: { "text/plain": text }, metadata: {} });

function besideOrAbove(label: string, text: string): string {
  return text.includes("\n") ? `${label}\n${text}` : `${label} ${text}`;
}

function streams({ engine, pieces }: EnginePart, stream: "stdout" | "stderr"): OutputBlock[] {
  const text = pieces.map((piece) => (piece.kind === "stream" && piece.name === stream ? piece.text : "")).join("");
  return text === "" ? [] : [{ kind: "text", stream, text: labelledText(stream, engine, text) }];
}

function displays({ engine, pieces }: EnginePart): OutputBlock[] {
  const shown = pieces.filter((piece) => piece.kind === "display");
  if (shown.length === 0) return [];
  return [displayLabel(engine), ...shown.map(({ data, metadata }): OutputBlock => ({ kind: "rich", data, metadata }))];
}

/** All first displays, then all second ones, and so on. */
function collatedDisplays(parts: readonly EnginePart[]): OutputBlock[] {
  const rows = parts.map(({ engine, pieces }) => ({
    engine,
    shown: pieces.filter((piece) => piece.kind === "display"),
  }));
  const most = Math.max(0, ...rows.map(({ shown }) => shown.length));
  return Array.from({ length: most }, (_, index) =>
    rows.flatMap(({ engine, shown }): OutputBlock[] => {
      const display = shown[index];
      if (!display) return [];
      return [displayLabel(engine), { kind: "rich", data: display.data, metadata: display.metadata }];
    }),
  ).flat();
}

function results({ engine, pieces }: EnginePart): OutputBlock[] {
  return pieces.flatMap((piece) => (piece.kind === "result" ? labelledResult(engine, piece) : []));
}
