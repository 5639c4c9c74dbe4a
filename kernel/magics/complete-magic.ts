import type { MagicRegistry } from "./magic-registry.ts";

/** Candidates and the part of the source that they replace, in UTF-16 units. */
export interface MagicCompletions {
  readonly start: number;
  readonly end: number;
  readonly candidates: readonly string[];
}

/**
 * Completes the name of a magic, or one of its flags, at the cursor; `undefined` where TypeScript is being written.
 */
export function completeMagic(registry: MagicRegistry, source: string, offset: number): MagicCompletions | undefined {
  const lineStart = source.lastIndexOf("\n", offset - 1) + 1;
  const before = source.slice(lineStart, offset);
  const name = /^\s*(%%?)(\w*)$/.exec(before);
  if (name) {
    const [, percents = "%", typed = ""] = name;
    return completeName(registry, { percents, typed, offset, isFirst: source.slice(0, lineStart).trim() === "" });
  }
  const flag = /^\s*(%%?)(\w+)\s(?:.*\s)?(-[\w-]*)$/.exec(before);
  const magic = registry.get(flag?.[2] ?? "");
  if (!flag || !magic) return undefined;
  const typed = flag[3] ?? "";
  const candidates = magic.flags.filter((each) => each.startsWith(typed));
  return candidates.length > 0 ? { start: offset - typed.length, end: offset, candidates } : undefined;
}

interface TypedName {
  readonly percents: string;
  readonly typed: string;
  readonly offset: number;
  readonly isFirst: boolean;
}

function completeName(registry: MagicRegistry, { percents, typed, offset, isFirst }: TypedName): MagicCompletions {
  const named = (kind: "line" | "cell", prefix: string) =>
    registry.names(kind).flatMap((name) => (name.startsWith(typed) ? [prefix + name] : []));
  const lines = percents === "%" ? named("line", "%") : [];
  const cells = isFirst ? named("cell", "%%") : [];
  return { start: offset - typed.length - percents.length, end: offset, candidates: [...lines, ...cells] };
}

/** Summary and flags of the magic whose name is under the cursor, as text. */
export function inspectMagic(registry: MagicRegistry, source: string, offset: number): string | undefined {
  const lineStart = source.lastIndexOf("\n", offset - 1) + 1;
  const [, indent = "", percents = "", name = ""] = /^(\s*)(%%?)(\w+)/.exec(source.slice(lineStart)) ?? [];
  const magic = registry.get(name);
  if (!magic || offset > lineStart + indent.length + percents.length + name.length) return undefined;
  const flags = magic.flags.length > 0 ? `\n\nFlags: ${magic.flags.join(", ")}` : "";
  return `${percents}${name}\n\n${magic.summary}${flags}`;
}
