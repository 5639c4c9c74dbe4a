import type { JsonObject } from "../../protocol/json.ts";
import type { RemoteFailure } from "../errors/remote-error.ts";

/** Something to look at, as MIME types and their contents (Jupyter messaging 5.4, `display_data`). */
export interface RichOutput {
  readonly data: JsonObject;
  readonly metadata: JsonObject;
}

/** The value of a cell's last expression, as the engine shows it. */
export interface CellResult extends RichOutput {
  /** The engine's own count of cells. */
  readonly executionCount: number;
}

/** One piece of what a request put out, in the order in which the engine published it. */
export type OutputPiece =
  | { readonly kind: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | ({ readonly kind: "display"; readonly displayId: string | undefined; readonly isUpdate: boolean } & RichOutput)
  | ({ readonly kind: "result" } & CellResult)
  | { readonly kind: "error"; readonly failure: RemoteFailure }
  | { readonly kind: "clear"; readonly wait: boolean };
