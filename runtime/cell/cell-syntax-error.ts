/** Where in a cell the error is. */
export interface SyntaxErrorPlace {
  readonly filename: string;
  readonly source: string;
  readonly offset: number;
}

/** A SyntaxError whose stack has one frame: the place in the cell, with line and column from 1. */
export function cellSyntaxError(problem: string, { filename, source, offset }: SyntaxErrorPlace): SyntaxError {
  const error = new SyntaxError(problem);
  const before = source.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/);
  error.stack = `SyntaxError: ${problem}\n    at ${filename}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  return error;
}
