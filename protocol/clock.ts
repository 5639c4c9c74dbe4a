/**
 * The time as the wire writes it: ISO-8601 in UTC with six fraction digits.
 * @param epochMs milliseconds since 1970, fractions give the microseconds
 */
export function wireDate(epochMs: number): string {
  const micros = Math.round(epochMs * 1000);
  const date = new Date(Math.floor(micros / 1000)).toISOString();
  return `${date.slice(0, -1)}${String(micros % 1000).padStart(3, "0")}Z`;
}

/** Milliseconds since 1970 of a wire date, with microseconds as fraction; `undefined` where it is no date. */
export function parseWireDate(text: string): number | undefined {
  const match = /^(.*?T\d\d:\d\d:\d\d)(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (!match) return undefined;
  const whole = Date.parse(`${match[1]}${match[3] ?? "Z"}`);
  return Number.isNaN(whole) ? undefined : whole + Number(match[2] ?? 0) * 1000;
}

/** Current time with microseconds: `Date.now()` alone stops at milliseconds. */
export const systemClock = (): number => performance.timeOrigin + performance.now();
