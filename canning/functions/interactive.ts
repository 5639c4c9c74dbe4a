const opened = new WeakSet<object>();

/**
 * Makes all that a function takes from the code around it mean the engine's variables first, as in a notebook, and the
 * program's own where an engine has none. Without this only globals do.
 * @typeParam F the function's type
 * @returns the same function
 */
export function interactive<F extends (...args: never[]) => unknown>(f: F): F {
  opened.add(f);
  return f;
}

export const isInteractive = (f: object): boolean => opened.has(f);
