/** One part of a shell pattern. Ranges are code points, both ends included. */
export type GlobPart =
  | { readonly kind: "anything" }
  | { readonly kind: "point" }
  | { readonly kind: "set"; readonly isNegated: boolean; readonly ranges: readonly (readonly [number, number])[] };

/**
 * Reads a shell pattern that means a whole text, case-sensitive (Python's `fnmatch`): `*` any text, `?` one character,
 * `[abc]`, `[a-z]` one of these, `[!abc]` none of these. A `[` that nothing closes is a `[`.
 */
export function parseGlob(glob: string): readonly GlobPart[] {
  const parts: GlobPart[] = [];
  const points = [...glob];
  for (let at = 0; at < points.length; at++) {
    const point = points[at] ?? "";
    const end = point === "[" ? closing(points, at) : -1;
    if (end > 0) {
      parts.push(parseSet(points.slice(at + 1, end)));
      at = end;
    } else if (point === "?") parts.push({ kind: "point" });
    else if (point !== "*") parts.push({ kind: "set", isNegated: false, ranges: [[codeOf(point), codeOf(point)]] });
    else if (parts.at(-1)?.kind !== "anything") parts.push({ kind: "anything" });
  }
  return parts;
}

/** Where the set that opens at `at` ends: a `]` right behind the opening belongs to the set. -1: nowhere. */
function closing(points: readonly string[], at: number): number {
  const first = points[at + 1] === "!" ? at + 2 : at + 1;
  return points.indexOf("]", first + 1);
}

/** A range that runs backwards holds nothing, as in Python. */
function parseSet(set: readonly string[]): GlobPart {
  const isNegated = set[0] === "!";
  const members = isNegated ? set.slice(1) : set;
  const ranges: [number, number][] = [];
  for (let at = 0; at < members.length; at++) {
    const [from = "", dash, to] = members.slice(at, at + 3);
    const isRange = dash === "-" && to !== undefined;
    ranges.push([codeOf(from), codeOf(isRange ? to : from)]);
    if (isRange) at += 2;
  }
  return { kind: "set", isNegated, ranges: ranges.filter(([from, to]) => from <= to) };
}

const codeOf = (point: string): number => point.codePointAt(0) ?? 0;

/**
 * Whether the pattern fits the whole text. Goes back to the latest `*` only, so that no pattern takes more than
 * length × length steps, where a regular expression with several `*` may take for ever.
 */
export function fitsGlob(parts: readonly GlobPart[], text: string): boolean {
  const points = [...text];
  let [part, at] = [0, 0];
  let [star, resume] = [-1, 0];
  while (at < points.length) {
    const current = parts[part];
    if (current?.kind === "anything") {
      star = part++;
      resume = at;
    } else if (current && fits(current, codeOf(points[at] ?? ""))) {
      part++;
      at++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++resume;
    } else return false;
  }
  return parts.slice(part).every(({ kind }) => kind === "anything");
}

function fits(part: GlobPart, code: number): boolean {
  if (part.kind !== "set") return true;
  return part.ranges.some(([from, to]) => code >= from && code <= to) !== part.isNegated;
}

/** The pattern as a regular expression that PCRE (MongoDB) and Java read alike. */
export function globRegex(parts: readonly GlobPart[]): string {
  return `\\A${parts.map(regexOf).join("")}\\z`;
}

function regexOf(part: GlobPart): string {
  if (part.kind === "anything") return "[\\s\\S]*";
  if (part.kind === "point") return "[\\s\\S]";
  if (part.ranges.length === 0) return part.isNegated ? "[\\s\\S]" : "(?!)";
  const members = part.ranges.map(([from, to]) => (from === to ? hex(from) : `${hex(from)}-${hex(to)}`));
  return `[${part.isNegated ? "^" : ""}${members.join("")}]`;
}

const hex = (code: number): string =>
  /[0-9A-Za-z]/.test(String.fromCodePoint(code)) ? String.fromCodePoint(code) : `\\x{${code.toString(16)}}`;
