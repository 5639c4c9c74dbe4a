import type { TypeState } from "../../runtime/types/type-service.ts";
import { splitCell } from "./split-cell.ts";

/** TypeScript around a cursor, every character at its place in the cell. */
export interface TypedRegion {
  readonly state: TypeState;
  readonly source: string;
}

/**
 * What TypeScript is to see of a cell when asked about a place in it: code of a `%px` line or `%%px` cell belongs to the
 * engines, all other code to the notebook. Magics themselves are blanked.
 */
export function typedRegion(code: string, offset: number, isMagic: (name: string) => boolean): TypedRegion {
  const split = splitCell(code, isMagic, (_call, written) => blank(written));
  if (split.kind === "cell-magic") {
    const body = split.body.trimStart() === "" ? "" : split.body.slice(split.call.line + 1);
    return { state: "engines", source: blank(code.slice(0, code.length - body.length)) + body };
  }
  const line = code.slice(0, offset).split("\n").length - 1;
  const call = split.calls.find((each) => each.line === line);
  if (!call) return { state: "notebook", source: split.source };
  const start = code.lastIndexOf("\n", offset - 1) + 1 + call.column;
  const end = start + call.rest.length;
  return { state: "engines", source: blank(code.slice(0, start)) + code.slice(start, end) + blank(code.slice(end)) };
}

const blank = (text: string): string => text.replace(/[^\n]/g, " ");
