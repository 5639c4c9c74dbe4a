/** Thrown where a text is not a literal, and so would have to be run to know its value. */
export class NotLiteral extends Error {
  override name = "NotLiteral";
}

/**
 * The value of a Python literal: strings (also bytes, raw, joined), numbers, `True`, `False`, `None` (`null`), and
 * lists, tuples, sets (arrays) and dicts (plain objects) of them. Lines may break and have comments inside brackets.
 * @throws {NotLiteral} for everything else
 */
export function parsePythonLiteral(text: string): unknown {
  const reader = new LiteralReader(text);
  const value = reader.readItems();
  reader.expectEnd();
  return value;
}

const constants: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["True", true],
  ["False", false],
  ["None", null],
]);

/** A string's prefix and opening quotes; formatted strings are no literals. */
const stringStart = /([bBuU]?[rR]?|[rR][bB])("""|'''|"|')/y;
const number = /0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const word = /[A-Za-z_]\w*/y;
/** Spaces, comments and broken lines: brackets and the splitting into lines make them meaningless here. */
const gap = /(?:\s|\\\r?\n|#[^\n]*)*/y;

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** One value, or a tuple without parentheses. */
  readItems(): unknown {
    const first = this.#readValue();
    if (!this.#skip(",")) return first;
    const items = [first];
    while (!this.#isAtEnd()) {
      items.push(this.#readValue());
      if (!this.#skip(",")) break;
    }
    return items;
  }

  expectEnd(): void {
    if (!this.#isAtEnd()) throw this.#fault();
  }

  #readValue(): unknown {
    this.#match(gap);
    if (this.#skip("[")) return this.#readUntil("]").items;
    if (this.#skip("(")) {
      const { items, hasComma } = this.#readUntil(")");
      return items.length === 1 && !hasComma ? items[0] : items;
    }
    if (this.#skip("{")) return this.#readBraces();
    if (this.#skip("-")) return -this.#readNumber();
    if (this.#skip("+")) return this.#readNumber();
    const constant = this.#readConstant();
    if (constant) return constant.value;
    return this.#readStrings() ?? this.#readNumber();
  }

  #readUntil(end: string): { items: unknown[]; hasComma: boolean } {
    const items: unknown[] = [];
    let hasComma = false;
    while (!this.#skip(end)) {
      items.push(this.#readValue());
      if (this.#skip(",")) hasComma = true;
      else if (!this.#isNext(end)) throw this.#fault();
    }
    return { items, hasComma };
  }

  /** A dict, or a set as its items. */
  #readBraces(): unknown {
    const items: unknown[] = [];
    const pairs: [string, unknown][] = [];
    while (!this.#skip("}")) {
      const key = this.#readValue();
      if (this.#skip(":")) pairs.push([String(key), this.#readValue()]);
      else items.push(key);
      if (!this.#skip(",") && !this.#isNext("}")) throw this.#fault();
    }
    if (items.length > 0 && pairs.length > 0) throw this.#fault();
    return items.length > 0 ? items : Object.fromEntries(pairs);
  }

  /** `True`, `False` or `None`; the prefix of a string is none of them. */
  #readConstant(): { readonly value: unknown } | undefined {
    const before = this.#at;
    const name = this.#match(word)?.[0] ?? "";
    if (constants.has(name)) return { value: constants.get(name) };
    this.#at = before;
    return undefined;
  }

  #readNumber(): number {
    this.#match(gap);
    const digits = this.#match(number)?.[0].replaceAll("_", "");
    const value = digits ? Number(digits) : Number.NaN;
    if (Number.isNaN(value)) throw this.#fault();
    return value;
  }

  /** One string, or several side by side, which are one. */
  #readStrings(): string | undefined {
    let all: string | undefined;
    for (let start = this.#match(stringStart); start; start = this.#match(stringStart)) {
      all = (all ?? "") + this.#readString(/r/i.test(start[1] ?? ""), start[2] ?? "");
      this.#match(gap);
    }
    return all;
  }

  #readString(isRaw: boolean, quotes: string): string {
    const start = this.#at;
    while (!this.#text.startsWith(quotes, this.#at)) {
      if (this.#at >= this.#text.length) throw this.#fault();
      this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    }
    const content = this.#text.slice(start, this.#at);
    this.#at += quotes.length;
    return isRaw ? content : unescapePython(content);
  }

  #skip(token: string): boolean {
    if (!this.#isNext(token)) return false;
    this.#at += token.length;
    return true;
  }

  #isNext(token: string): boolean {
    this.#match(gap);
    return this.#text.startsWith(token, this.#at);
  }

  #isAtEnd(): boolean {
    this.#match(gap);
    return this.#at >= this.#text.length;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? undefined;
    if (match) this.#at += match[0].length;
    return match;
  }

  #fault(): NotLiteral {
    const rest = this.#text.slice(this.#at).split("\n", 1)[0] ?? "";
    return new NotLiteral(rest === "" ? "it ends too early" : `"${rest.slice(0, 40)}" is not a literal`);
  }
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["0", "\0"],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["v", "\v"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["\n", ""],
]);

/** What Python does not know as an escape stays as it is, backslash and all. */
function unescapePython(content: string): string {
  return content.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g,
    (whole, hex?: string, unicode?: string, long?: string, simple?: string) => {
      const code = hex ?? unicode ?? long;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return escapes.get(simple ?? "") ?? whole;
    },
  );
}
