import { parseWireDate, wireDate } from "../../../protocol/clock.ts";

const canonical = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
/** A full timestamp: one to six fraction digits, any offset; without one it is taken as UTC. */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * A timestamp in the form whose alphabetical order is that of time, to the microsecond: UTC, six fraction digits, `Z`.
 * @returns `undefined` for what is no full timestamp
 */
export function normaliseTime(text: string): string | undefined {
  if (canonical.test(text)) return text;
  const epochMs = timestamp.test(text) ? parseWireDate(text) : undefined;
  return epochMs === undefined ? undefined : wireDate(epochMs);
}
