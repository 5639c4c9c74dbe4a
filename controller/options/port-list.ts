import { z } from "zod";

const expected = { error: "ports from 1 to 65535 expected, as 10101-10120,10200" };
export const portNumber = z.int(expected).min(1, expected).max(65_535, expected);

/**
 * Ports as people write them: `10101-10120,10200`, with commas or spaces, or a list of numbers and such texts. What is
 * no port and no range stays as it is, for the schema to refuse.
 */
export function readPorts(value: unknown): unknown {
  if (typeof value === "number") return [value];
  if (typeof value === "string")
    return value
      .split(/[\s,]+/)
      .filter(Boolean)
      .flatMap(readRange);
  return Array.isArray(value) ? value.flatMap(readPorts) : value;
}

function readRange(text: string): readonly unknown[] {
  const [, from = text, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  const isRange = portNumber.safeParse(first).success && portNumber.safeParse(last).success && first <= last;
  return isRange ? Array.from({ length: last - first + 1 }, (_, index) => first + index) : [text];
}
