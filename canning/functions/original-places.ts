/** Text that code got which its author did not write, by offset in what he wrote. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** Code with insertions, which were in order. */
interface ChangedCode {
  readonly filename: string;
  /** Of its beginning, from 0. */
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly insertions: readonly Insertion[];
}

/** A place in compiled code as V8 tells it; line and column from 0, offset in the script where it is known. */
interface CompiledPlace {
  readonly filename: string;
  readonly line: number;
  readonly column: number;
  readonly offset?: number;
}

const changed: ChangedCode[] = [];
const mostRemembered = 500;

/** From now on `originalColumn` and stack traces tell the columns of this code as they were without its insertions. */
export function rememberInsertions(code: ChangedCode): void {
  if (changed.length === 0) correctStacks();
  changed.push(code);
  if (changed.length > mostRemembered) changed.shift();
}

/** The column, from 0, that the author of the code knows. */
export function originalColumn({ filename, line, column, offset }: CompiledPlace): number {
  for (const known of changed) {
    if (known.filename !== filename || line < known.line) continue;
    const start = lineStart(known.code, line - known.line);
    const at = start + column - (line === known.line ? known.column : 0);
    // Another script may have the same name: the place must be one of this code.
    if (start < 0 || at < start || at > known.code.length || (offset !== undefined && offset !== at)) continue;
    return column - insertedBetween(known, start, at);
  }
  return column;
}

function lineStart(code: string, line: number): number {
  let start = 0;
  for (let i = 0; i < line; i++) {
    start = code.indexOf("\n", start) + 1;
    if (start === 0) return -1;
  }
  return start;
}

function insertedBetween({ insertions }: ChangedCode, start: number, end: number): number {
  let before = 0;
  let sum = 0;
  for (const { at, text } of insertions) {
    const begin = at + before;
    if (begin >= end) break;
    if (begin >= start) sum += Math.min(text.length, end - begin);
    before += text.length;
  }
  return sum;
}

/** For whoever formats stacks: Node, or what the program has for it. */
function correctStacks(): void {
  const format = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, sites) => format(error, sites.map(corrected)) as unknown;
}

function corrected(site: NodeJS.CallSite): NodeJS.CallSite {
  const [filename, line, column] = [site.getFileName(), site.getLineNumber(), site.getColumnNumber()];
  if (!filename || line === null || column === null) return site;
  const compiledAt = { filename, line: line - 1, column: column - 1, offset: site.getPosition() };
  const original = originalColumn(compiledAt) + 1;
  return original === column ? site : inColumn(site, original);
}

function inColumn(site: NodeJS.CallSite, column: number): NodeJS.CallSite {
  const text = String(site).replace(/:\d+(\)?)$/, `:${column}$1`);
  const own = new Map<PropertyKey, () => unknown>([
    ["getColumnNumber", () => column],
    ["toString", () => text],
  ]);
  return new Proxy(site, {
    get(_, key): unknown {
      const member: unknown = own.get(key) ?? Reflect.get(site, key);
      return typeof member === "function" ? member.bind(site) : member;
    },
  });
}
