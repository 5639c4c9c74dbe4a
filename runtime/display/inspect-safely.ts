import { inspect } from "node:util";

/** Enough to see what a value is; a notebook keeps every character for ever. */
const limits = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 } as const;

/** `util.inspect` that survives getters, proxies and `[util.inspect.custom]` methods that throw. */
export function inspectSafely(value: unknown): string {
  try {
    return inspect(value, limits);
  } catch {
    // The value's own method failed; its properties may still be shown.
  }
  try {
    return inspect(value, { ...limits, customInspect: false });
  } catch {
    return `[${typeof value} that cannot be shown]`;
  }
}
