import { type InspectOptions, inspect, stripVTControlCharacters } from "node:util";
import { currentHost } from "../../protocol/host.ts";
import { atSource } from "./source-places.ts";

/** Where something went wrong. */
export interface FailedEngine {
  /** `undefined` when the engine was never announced to this client. */
  readonly id: number | undefined;
  readonly uuid: string;
}

/** What went wrong on an engine or on the way to it, as data: the shape in which it travels and is kept. */
export interface RemoteFailure {
  /** Class of what was thrown, for example `TypeError`. */
  readonly ename: string;
  /** Its message. */
  readonly evalue: string;
  /** Lines as the engine wrote them, first the name and message; empty where no code of an engine failed. */
  readonly traceback: readonly string[];
  /** Absent where no engine is to blame. */
  readonly engine?: FailedEngine;
  /** What the engine was doing: `apply`, `execute`. */
  readonly method: string;
}

/**
 * What code threw on an engine, or why a request never got that far.
 *
 * `name` tells the kind of failure (`RemoteError`, `EngineError`, …), `ename` what the engine's code threw. The stack is
 * the engine's, not this process's.
 */
export class RemoteError extends Error {
  readonly #failure: RemoteFailure;
  readonly #traceback: readonly string[];

  constructor(failure: RemoteFailure, message = `${engineLabel(failure)} ${summary(failure)}`) {
    super(message);
    this.#failure = failure;
    this.#traceback = atSource(splitLines(failure.traceback), failure.method);
    // Not enumerable, as the name of a built-in error is: Node would print it a second time.
    Object.defineProperty(this, "name", { value: new.target.name });
    const lines = this.#traceback.map((line) => stripVTControlCharacters(line));
    const frames = lines.filter((line) => /^\s+at /.test(line));
    this.stack = [`${this.name}: ${message}`, ...frames].join("\n");
  }

  /** Name of the class that was thrown, for example `TypeError`. */
  get ename(): string {
    return this.#failure.ename;
  }

  /** Message of what was thrown. */
  get evalue(): string {
    return this.#failure.evalue;
  }

  /** Message of what was thrown, by its other name. */
  get msg(): string {
    return this.evalue;
  }

  /**
   * The engine's own lines, one string a line, coloured by ANSI codes; empty where no code of an engine failed. Places in
   * compiled TypeScript are those of its source.
   */
  get traceback(): readonly string[] {
    return this.#traceback;
  }

  /** Id of the engine that failed; `undefined` where none did. */
  get engine(): number | undefined {
    return this.#failure.engine?.id;
  }

  /** The failed engine and what it was doing; `undefined` where no engine is to blame. */
  get engineInfo(): { engineId: number | undefined; engineUuid: string; method: string } | undefined {
    const { engine, method } = this.#failure;
    return engine && { engineId: engine.id, engineUuid: engine.uuid, method };
  }

  /** What a terminal or notebook shows: `[2:execute]:` and the engine's traceback, one string a line. */
  renderTraceback(): string[] {
    if (this.traceback.length === 0) return [`${this.name}: ${this.message}`];
    return [engineLabel(this.#failure), ...this.traceback];
  }

  /** What happened, in one line. */
  protected brief(): string {
    const [what = ""] = this.evalue.split("\n");
    const where = this.engine === undefined ? "" : `[${this.engine}]`;
    return `<${this.name}${where}: ${this.ename === this.name ? what : `${this.ename}(${what})`}>`;
  }

  /** Prints {@link renderTraceback}. */
  printTraceback(): void {
    printLines(this.renderTraceback());
  }

  /** The traceback; within something else, as in a list of results, `<RemoteError[2]: TypeError(no)>`. */
  [inspect.custom](depth: number, { depth: outermost, colors }: InspectOptions): string {
    if (depth !== outermost) return this.brief();
    const text = this.renderTraceback().join("\n").trimEnd();
    return colors ? text : stripVTControlCharacters(text);
  }
}

/** Prints lines of a traceback, in colours where they are shown. */
export function printLines(lines: readonly string[]): void {
  const text = lines.join("\n");
  const isColoured = currentHost() !== undefined || process.stdout.isTTY;
  console.log(isColoured ? text : stripVTControlCharacters(text));
}

/** `[2:execute]:`, `[hub]:` where the hub refused, or `[Engine Exception]` where no engine is known (the manual's words). */
function engineLabel(failure: RemoteFailure): string {
  if (failure.engine) return `[${failure.engine.id ?? "?"}:${failure.method}]:`;
  return failure.method.endsWith("_request") ? "[hub]:" : "[Engine Exception]";
}

const summary = ({ ename, evalue }: RemoteFailure): string => (evalue === "" ? ename : `${ename}: ${evalue}`);

/** Python's engines put several lines into one string. */
function splitLines(traceback: readonly string[]): string[] {
  return traceback.flatMap((part) => part.replace(/\n$/, "").split("\n"));
}
