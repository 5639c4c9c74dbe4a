import { createHash } from "node:crypto";
import { CanningError } from "../canning-error.ts";
import type { CodeRecord } from "../records.ts";

/** From so many characters on a source may travel as its hash. Measured: 16,000 make a call a fifth slower, 4,000 not. */
const shortest = 8 * 1024;
/** Characters of sources that a receiver keeps; those that were used longest ago go first. */
const mostKept = 32 * 1024 * 1024;

const hashes = new WeakMap<object, string>();

const hash = (text: string): string => createHash("sha256").update(text).digest("base64url");

/** The large sources of functions and classes in one message. */
export class SentSources {
  /** All of them, by hash. */
  readonly texts = new Map<string, string>();
  /** Hashes of those that are left out, because its receivers have them. */
  readonly leftOut = new Set<string>();
  readonly #isKnown: (hash: string) => boolean;

  constructor(isKnown: (hash: string) => boolean) {
    this.#isKnown = isKnown;
  }

  /** How a record tells a source, which is one object for all functions made of it. */
  write(source: { readonly text: string }): Pick<CodeRecord, "text" | "hash"> {
    const { text } = source;
    if (text.length < shortest) return { text };
    const own = hashes.get(source) ?? hash(text);
    hashes.set(source, own);
    this.texts.set(own, text);
    if (!this.#isKnown(own)) return { text, hash: own };
    this.leftOut.add(own);
    return { text: "", hash: own };
  }
}

/** The large sources that have come here, as many as there is room for. */
export class KnownSources {
  readonly #texts = new Map<string, string>();
  #characters = 0;

  has(hash: string): boolean {
    return this.#texts.has(hash);
  }

  get(hash: string): string | undefined {
    return this.#texts.get(hash);
  }

  add(text: string): void {
    this.#keep(hash(text), text);
  }

  /**
   * The source that a record tells, which is kept.
   * @throws {CanningError} when it is left out and is not here
   */
  read({ text, hash: own }: Pick<CodeRecord, "text" | "hash">): string {
    if (own === undefined) return text;
    if (text !== "") {
      this.add(text);
      return text;
    }
    const known = this.#texts.get(own);
    if (known === undefined) throw new CanningError(`cannot read a function: its source ${own} is not here.`);
    this.#keep(own, known);
    return known;
  }

  /** As the one that was used last. */
  #keep(own: string, text: string): void {
    if (!this.#texts.delete(own)) this.#characters += text.length;
    this.#texts.set(own, text);
    for (const [oldest, { length }] of this.#texts) {
      if (this.#characters <= mostKept) return;
      this.#texts.delete(oldest);
      this.#characters -= length;
    }
  }
}
