/**
 * A cell made ready to run: plain JavaScript for `vm.Script`. It is JSON, for a client converts once and sends it
 * beside the source, in `metadata.program` of an execute_request.
 */
export interface CellProgram {
  readonly code: string;
  /** Name in stack traces, for example `cell [12]`. */
  readonly filename: string;
  /** Whether running it gives a promise. */
  readonly isAsync: boolean;
  /** Top-level names that it declares. */
  readonly names: readonly string[];
}
