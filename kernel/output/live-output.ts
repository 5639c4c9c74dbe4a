import { displayLabel, labelledResult, labelledText, type OutputBlock } from "../../client/output/output-layout.ts";
import type { EngineOutput } from "../../client/results/output-stream.ts";
import type { JsonObject } from "../../protocol/json.ts";

/** Something to publish under the running cell. */
export type LiveOutput =
  | { readonly type: "stream"; readonly content: { readonly name: "stdout" | "stderr"; readonly text: string } }
  | { readonly type: "display_data" | "update_display_data" | "clear_output"; readonly content: JsonObject };

type Stream = "stdout" | "stderr";
type RichPiece = Extract<EngineOutput, { kind: "display" | "result" }>;
type Display = Extract<EngineOutput, { kind: "display" }>;

/** A line that goes on is held back for its end, displays and results for those of other engines; but not longer. */
const heldMs = 1000;

/**
 * Turns the output of several engines into what the cell shows, batch by batch: within a batch by kind and engine, as
 * the manual shows it, so that quick cells read the same each time.
 *
 * Invariant: what one engine writes to one stream is shown in order and, except for lines held too long, in whole lines.
 */
export class LiveOutputs {
  readonly #isSingle: boolean;
  /** Beginnings of lines, by stream and engine, and since when they wait. */
  readonly #held = new Map<string, { readonly text: string; readonly sinceMs: number }>();

  readonly #rich: RichPiece[] = [];
  #richSinceMs = 0;
  /** Ids of displays that can be changed. */
  readonly #shown = new Set<string>();

  /** @param isSingle the view is of one engine: its output is shown as it came, without labels */
  constructor(isSingle: boolean) {
    this.#isSingle = isSingle;
  }

  /**
   * @param isLast no more will come: nothing is held back
   * @param nowMs any clock that only grows
   */
  show(batch: readonly EngineOutput[], isLast: boolean, nowMs: number): readonly LiveOutput[] {
    if (this.#isSingle) return batch.flatMap(showSingle);
    const engines = [...new Set([...batch.map(({ engine }) => engine), ...this.#heldEngines()])].sort(byId);
    const parts = engines.map((engine) => ({ engine, pieces: batch.filter((piece) => piece.engine === engine) }));
    const streams = (["stdout", "stderr"] as const).flatMap((stream) =>
      parts.flatMap(({ engine, pieces }) => this.#stream(stream, engine, pieces, { isLast, nowMs })),
    );
    return [...streams, ...this.#showRich(batch, isLast, nowMs)];
  }

  /** Displays, then results, each in engine order; changes of displays that are there already at once. */
  #showRich(batch: readonly EngineOutput[], isLast: boolean, nowMs: number): LiveOutput[] {
    const rich = batch.flatMap((piece) => (piece.kind === "display" || piece.kind === "result" ? piece : []));
    const changes = rich.flatMap((piece) => (piece.kind === "display" && this.#isChange(piece) ? piece : []));
    const fresh = rich.filter((piece) => piece.kind === "result" || !this.#isChange(piece));
    if (fresh.length > 0 && this.#rich.length === 0) this.#richSinceMs = nowMs;
    this.#rich.push(...fresh);
    const isDue = isLast || nowMs - this.#richSinceMs >= heldMs;
    return [...changes.map(showDisplay), ...(isDue ? this.#release() : [])];
  }

  #isChange(piece: Display): boolean {
    return piece.isUpdate && this.#shown.has(idOf(piece));
  }

  #release(): LiveOutput[] {
    const pieces = this.#rich.splice(0).sort((a, b) => byId(a.engine, b.engine));
    const displays = pieces.flatMap((piece) => (piece.kind === "display" ? piece : []));
    for (const piece of displays) this.#shown.add(idOf(piece));
    const engines = [...new Set(displays.map(({ engine }) => engine))];
    return [
      ...engines.flatMap((id) =>
        showDisplays(
          id,
          displays.filter(({ engine }) => engine === id),
        ),
      ),
      ...pieces.flatMap((piece) => (piece.kind === "result" ? labelledResult(piece.engine, piece).map(published) : [])),
    ];
  }

  #stream(
    stream: Stream,
    engine: number | undefined,
    pieces: readonly EngineOutput[],
    { isLast, nowMs }: { readonly isLast: boolean; readonly nowMs: number },
  ): LiveOutput[] {
    const key = `${stream}:${engine ?? ""}`;
    const held = this.#held.get(key);
    const fresh = pieces.map((piece) => (piece.kind === "stream" && piece.name === stream ? piece.text : "")).join("");
    const text = (held?.text ?? "") + fresh;
    const isOverdue = isLast || (held !== undefined && nowMs - held.sinceMs >= heldMs);
    const shown = isOverdue ? text : text.slice(0, text.lastIndexOf("\n") + 1);
    const rest = text.slice(shown.length);
    if (rest === "") this.#held.delete(key);
    else this.#held.set(key, { text: rest, sinceMs: shown === "" && held ? held.sinceMs : nowMs });
    return shown === ""
      ? []
      : [{ type: "stream", content: { name: stream, text: labelledText(stream, engine, shown) } }];
  }

  #heldEngines(): (number | undefined)[] {
    return [...this.#held.keys()].map((key) => {
      const id = key.slice(key.indexOf(":") + 1);
      return id === "" ? undefined : Number(id);
    });
  }
}

const byId = (a: number | undefined, b: number | undefined): number => (a ?? -1) - (b ?? -1);

function showSingle(piece: EngineOutput): LiveOutput[] {
  switch (piece.kind) {
    case "stream":
      return [{ type: "stream", content: { name: piece.name, text: piece.text } }];
    case "display":
      return [showDisplay(piece)];
    case "result":
      return [{ type: "display_data", content: { data: piece.data, metadata: piece.metadata } }];
    case "clear":
      return [{ type: "clear_output", content: { wait: piece.wait } }];
    case "error":
      return []; // Awaiting the result throws it.
  }
}

/** New displays under one label; updates where they were shown first. */
function showDisplays(engine: number | undefined, pieces: readonly Display[]): LiveOutput[] {
  const shown = pieces.map(showDisplay);
  const isNew = shown.some(({ type }) => type === "display_data");
  return isNew ? [published(displayLabel(engine)), ...shown] : shown;
}

/** A display's id is one engine's own: the request's id makes it unique here. */
function showDisplay(piece: Display): LiveOutput {
  const { data, metadata, displayId, isUpdate } = piece;
  const transient = displayId === undefined ? {} : { transient: { display_id: idOf(piece) } };
  return { type: isUpdate ? "update_display_data" : "display_data", content: { data, metadata, ...transient } };
}

const idOf = ({ msgId, displayId }: Display): string => `${msgId}/${displayId ?? ""}`;

function published(block: OutputBlock): LiveOutput {
  if (block.kind === "text") return { type: "stream", content: { name: block.stream, text: block.text } };
  return { type: "display_data", content: { data: block.data, metadata: block.metadata } };
}
