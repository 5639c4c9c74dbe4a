import { stripVTControlCharacters } from "node:util";
import { printLines, RemoteError } from "./remote-error.ts";

/** How a notebook asks a value for its MIME bundle (Deno's convention). */
const display = Symbol.for("Jupyter.display");

/** Everything that went wrong in one call on several engines, or in the parts of one map. */
export class CompositeError extends RemoteError {
  /** How many errors are shown in full; the rest is counted. For all composite errors of this process. */
  static tbLimit = 5;
  /** One for each part that failed, in the order of the parts. */
  declare readonly elist: readonly RemoteError[];

  /** @param method what was called, for example `execute` */
  constructor(method: string, elist: readonly RemoteError[]) {
    const evalue = `one or more errors from: ${method}`;
    const shown = elist.slice(0, CompositeError.tbLimit).map((error) => error.message);
    const message = [evalue, ...shown, ...moreErrors(elist.length)].join("\n");
    super({ ename: "CompositeError", evalue, traceback: [], method }, message);
    Object.defineProperty(this, "elist", { value: elist });
    this.stack = stripVTControlCharacters(this.renderTraceback().join("\n")).trimEnd();
  }

  /**
   * The tracebacks of all parts, one string a line, or that of one.
   * @throws {RangeError} when there is no such error
   */
  override renderTraceback(index?: number): string[] {
    if (index !== undefined) return this.#at(index).renderTraceback();
    const shown = this.elist.slice(0, CompositeError.tbLimit);
    const parts = shown.flatMap((error) => [...error.renderTraceback(), ""]);
    return [`CompositeError: ${this.evalue}`, ...parts, ...moreErrors(this.elist.length)];
  }

  /** Prints all tracebacks, or that of one error. */
  override printTraceback(index?: number): void {
    printLines(this.renderTraceback(index));
  }

  /**
   * Throws one of the errors by itself.
   * @throws {RemoteError}
   */
  raiseException(index = 0): never {
    throw this.#at(index);
  }

  /** As the value of a cell, where only something that was thrown shows its tracebacks. */
  [display](): { readonly "text/plain": string } {
    return { "text/plain": this.brief() };
  }

  protected override brief(): string {
    return `CompositeError(${this.elist.length})`;
  }

  #at(index: number): RemoteError {
    const error = this.elist[index];
    if (!error) throw new RangeError(`There is no error ${index}: the list has ${this.elist.length}.`);
    return error;
  }
}

function moreErrors(count: number): string[] {
  const more = count - CompositeError.tbLimit;
  return more > 0 ? [`... ${more} more exceptions ...`] : [];
}
