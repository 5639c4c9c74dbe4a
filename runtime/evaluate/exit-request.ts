/** Thrown by `process.exit()` in user code, so that the code ends there; nobody's mistake, and never shown. */
export class ExitRequest extends Error {
  override name = "ExitRequest";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`process.exit(${exitCode})`);
    this.exitCode = exitCode;
  }
}

/** The way out of the process that user code no longer has. */
export interface ExitInterception extends Disposable {
  /** Ends the process at once, as `process.exit` does. */
  exit(code?: number): never;
}

/**
 * Lets the host end the process cleanly when user code calls `process.exit()`: the host is told, and the code that
 * called is ended by an ExitRequest.
 */
export function interceptExit(onExit: (exitCode: number) => void): ExitInterception {
  const original = process.exit;
  process.exit = (code?: number | string | null): never => {
    const exitCode = Number(code ?? process.exitCode ?? 0);
    onExit(exitCode);
    throw new ExitRequest(exitCode);
  };
  return {
    exit: (code) => Reflect.apply(original, process, [code]) as never,
    [Symbol.dispose]: () => {
      process.exit = original;
    },
  };
}
