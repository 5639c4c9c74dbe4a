/**
 * A cell made ready to run: plain JavaScript for `vm.Script`. It is JSON, for a client converts once and sends it
 * beside the source, in `metadata.program` of an execute_request.
 */
export interface CellProgram {
  /** An expression whose value is a function; a namespace calls it with what the cell needs beside the globals. */
  readonly code: string;
  /** Characters of `code` before the user's first one: the column offset at which it compiles. */
  readonly prefixLength: number;
  /** Name in stack traces, for example `cell [12]`. */
  readonly filename: string;
  /** Whether running it gives a promise. */
  readonly isAsync: boolean;
  /** Top-level names that it declares. */
  readonly names: readonly string[];
  /** Where it uses built-in globals that it does not declare: the namespace may have variables of these names. */
  readonly builtins: readonly BuiltinReference[];
  /** Where columns of the code are not those of the source, in order. */
  readonly shifts: readonly ColumnShift[];
}

/** One use of a built-in global by a cell. */
export interface BuiltinReference {
  readonly name: string;
  /** Offset in `code` just behind the name. */
  readonly end: number;
  /** Whether it stands for both key and value, as in `{ name }`. */
  readonly isShorthand: boolean;
}

/** From `column` of the source's line on (both from 1), the code stands `by` columns further right. */
export type ColumnShift = readonly [line: number, column: number, by: number];
