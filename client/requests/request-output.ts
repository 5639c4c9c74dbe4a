import type { CellResult, OutputPiece, RichOutput } from "./output-piece.ts";

/**
 * Everything that one request put out so far, in order, as a notebook would show it: text of one stream in a row is
 * one piece, an updated display stands where it was first shown, and cleared output is gone.
 */
export class RequestOutput {
  /** What `publishData` sent, later values over earlier ones. */
  readonly values = new Map<string, unknown>();
  readonly #pieces: OutputPiece[] = [];
  #clearsNext = false;

  get pieces(): readonly OutputPiece[] {
    return this.#pieces;
  }

  get stdout(): string {
    return this.#text("stdout");
  }

  get stderr(): string {
    return this.#text("stderr");
  }

  get displays(): readonly RichOutput[] {
    return this.#pieces.filter((piece) => piece.kind === "display");
  }

  get result(): CellResult | undefined {
    return this.#pieces.find((piece) => piece.kind === "result");
  }

  add(piece: OutputPiece): void {
    if (piece.kind === "clear" && piece.wait) {
      this.#clearsNext = true;
      return;
    }
    if (piece.kind === "clear" || this.#clearsNext) this.#pieces.length = 0;
    this.#clearsNext = false;
    if (piece.kind === "stream") this.#write(piece);
    else if (piece.kind === "display") this.#show(piece);
    else if (piece.kind !== "clear") this.#pieces.push(piece);
  }

  #write(piece: OutputPiece & { kind: "stream" }): void {
    const last = this.#pieces.at(-1);
    if (last?.kind === "stream" && last.name === piece.name)
      this.#pieces[this.#pieces.length - 1] = { ...last, text: last.text + piece.text };
    else this.#pieces.push(piece);
  }

  #show(piece: OutputPiece & { kind: "display" }): void {
    const isSame = (shown: OutputPiece) => shown.kind === "display" && shown.displayId === piece.displayId;
    const at = piece.displayId === undefined ? -1 : this.#pieces.findIndex(isSame);
    if (at >= 0) this.#pieces[at] = { ...piece, isUpdate: false };
    if (!piece.isUpdate) this.#pieces.push(piece);
  }

  #text(name: "stdout" | "stderr"): string {
    return this.#pieces.map((piece) => (piece.kind === "stream" && piece.name === name ? piece.text : "")).join("");
  }
}
