import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The two languages in which every example stands. */
export const languages = ["py", "ts"] as const;
export type Language = (typeof languages)[number];

/** One example of the manual, in both languages. */
export interface Snippet {
  readonly title: string;
  readonly code: Readonly<Record<Language, string>>;
  /** What it prints, written out: the same text for both languages unless they differ. */
  readonly prints: Readonly<Record<Language, string>>;
  /** Why the languages print differently; `undefined` where they do not. */
  readonly why: string | undefined;
}

/** A page of `test/manual`. */
export interface Chapter {
  readonly name: string;
  /** Code that comes before all its examples. */
  readonly opening: Readonly<Record<Language, string>>;
  readonly snippets: readonly Snippet[];
}

const folder = join(import.meta.dirname, "..", "..", "manual");

/** All chapters, in the order in which they are to run. */
export function readChapters(): Chapter[] {
  const files = readdirSync(folder).filter((file) => /^\d.*\.md$/.test(file));
  return files.sort().map((file) => readChapter(file.replace(/\.md$/, ""), readFileSync(join(folder, file), "utf8")));
}

/**
 * A page: `##` begins an example of one `py` and one `ts` block and of what they print, in one `text` block for both or in
 * `text py` and `text ts` with a sentence that says why.
 * @throws naming the example that lacks something
 */
export function readChapter(name: string, page: string): Chapter {
  const [opening = "", ...sections] = page.split(/^## /m);
  return { name, opening: codeOf(opening), snippets: sections.map(readSnippet) };
}

function readSnippet(section: string): Snippet {
  const title = section.slice(0, section.indexOf("\n"));
  const code = codeOf(section);
  if (!code.py || !code.ts) throw new Error(`“${title}” needs a py and a ts block.`);
  const both = block(section, "text");
  const [py, ts] = [block(section, "text py") ?? both, block(section, "text ts") ?? both];
  if (py === undefined || ts === undefined) throw new Error(`“${title}” does not say what it prints.`);
  if (both !== undefined) return { title, code, prints: { py, ts }, why: undefined };
  const why = section
    .slice(title.length)
    .replace(/^```[\s\S]*?^```$/gm, "")
    .trim();
  if (why === "") throw new Error(`“${title}” does not say why the languages print differently.`);
  return { title, code, prints: { py, ts }, why };
}

const codeOf = (text: string) => ({ py: block(text, "py") ?? "", ts: block(text, "ts") ?? "" });

const block = (text: string, language: string): string | undefined =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(text)?.[1];
