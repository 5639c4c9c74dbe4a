/** What stands before a line of TypeScript: enough to tell a magic from an expression that goes on. */
export interface LineStart {
  /** Offset of the line's first character. */
  readonly offset: number;
  /** False inside a template, a block comment or a string that goes on. */
  readonly isCode: boolean;
  /** Last character before the line that is neither blank nor comment; empty at the cell's beginning. */
  readonly previous: string;
}

/** The start of every line of the source, by one pass over its strings, templates, comments and regular expressions. */
export function lineStarts(source: string): readonly LineStart[] {
  return new Scan(source).run();
}

class Scan {
  readonly #source: string;
  readonly #starts: LineStart[] = [];
  /** For each template that is open: how many braces are open inside its innermost `${`. */
  readonly #templates: number[] = [];
  #at = 0;
  #previous = "";

  constructor(source: string) {
    this.#source = source;
  }

  run(): readonly LineStart[] {
    this.#startLine(true);
    while (this.#at < this.#source.length) this.#step();
    return this.#starts;
  }

  #step(): void {
    const character = this.#source.charAt(this.#at);
    const pair = this.#source.slice(this.#at, this.#at + 2);
    if (pair === "//") this.#skip(/\/\/[^\n]*/y);
    else if (pair === "/*") this.#skip(/\/\*[\s\S]*?(?:\*\/|$)/y);
    else if (character === '"') this.#skipLiteral(/"(?:\\[\s\S]|[^"\\\n])*"?/y);
    else if (character === "'") this.#skipLiteral(/'(?:\\[\s\S]|[^'\\\n])*'?/y);
    else if (character === "`" || (character === "}" && this.#templates.at(-1) === 0)) this.#skipTemplate(character);
    else if (character === "/" && this.#isRegexPlace())
      this.#skipLiteral(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/?\w*/y);
    else this.#takeCode(character);
  }

  #takeCode(character: string): void {
    this.#at++;
    if (character === "\n") this.#startLine(true);
    else if (character.trim() !== "") this.#previous = character;
    const open = this.#templates.length - 1;
    if (open >= 0 && character === "{") this.#templates[open] = (this.#templates[open] ?? 0) + 1;
    if (open >= 0 && character === "}") this.#templates[open] = (this.#templates[open] ?? 0) - 1;
  }

  /** From a backtick, or from the brace that ends a `${`, to the next `${` or the closing backtick. */
  #skipTemplate(opening: string): void {
    if (opening === "}") this.#templates.pop();
    this.#at++;
    this.#skip(/(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/y);
    const isHole = this.#source.startsWith("${", this.#at);
    if (isHole) this.#templates.push(0);
    this.#at += isHole ? 2 : 1;
    this.#previous = isHole ? "{" : "`";
  }

  #skipLiteral(pattern: RegExp): void {
    this.#skip(pattern);
    this.#previous = '"';
  }

  /** Passes over what the sticky pattern matches here; lines that begin inside are no code. */
  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#at;
    const end = this.#at + Math.max(pattern.exec(this.#source)?.[0].length ?? 0, 0);
    for (;;) {
      const newline = this.#source.indexOf("\n", this.#at);
      if (newline < 0 || newline >= end) break;
      this.#at = newline + 1;
      this.#startLine(false);
    }
    this.#at = end;
  }

  /** A slash begins a regular expression unless it follows a value. */
  #isRegexPlace(): boolean {
    return (
      !endsValue(this.#previous) ||
      /\b(?:return|typeof|case|in|of|await|yield)\s*$/.test(this.#source.slice(0, this.#at))
    );
  }

  #startLine(isCode: boolean): void {
    this.#starts.push({ offset: this.#at, isCode, previous: this.#previous });
  }
}

/** Whether an expression may end with that character, so that `%` after it could be the remainder. */
export const endsValue = (character: string): boolean => /[\p{ID_Continue}$)\]"`]/u.test(character);
