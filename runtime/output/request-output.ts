import { StringDecoder } from "node:string_decoder";
import { currentRequest, type RunningRequest } from "./running-request.ts";

export type StreamName = "stdout" | "stderr";

/** Something that was printed, and by whom. */
export interface OutputPiece {
  readonly stream: StreamName;
  readonly text: string;
  readonly request: RunningRequest;
}

/** So many pieces in so many milliseconds are handed over one by one; what comes faster is joined. */
const burst = { pieces: 50, windowMs: 10, joinedCharacters: 65_536 };

type Write = NodeJS.WriteStream["write"];

/**
 * Takes what this process prints, `console` included, and hands it to a sink by request. Pieces are handed over
 * in the call that prints them, for the code may never return to the event loop; only a flood is joined, and then
 * waits at most until the next piece after the window, or `flush`. What is printed before any request goes to the
 * terminal.
 */
export class RequestOutput implements Disposable {
  readonly #sink: (piece: OutputPiece) => void;
  readonly #now: () => number;
  readonly #originals: Readonly<Record<StreamName, Write>>;
  readonly #decoders = { stdout: new StringDecoder(), stderr: new StringDecoder() };
  #waiting: OutputPiece | undefined;
  #timer: NodeJS.Timeout | undefined;
  #windowStart = Number.NEGATIVE_INFINITY;
  #pieces = 0;

  /**
   * Starts to take output at once.
   * @param now milliseconds of a monotonic clock
   */
  constructor(sink: (piece: OutputPiece) => void, now: () => number = () => performance.now()) {
    this.#sink = sink;
    this.#now = now;
    this.#originals = { stdout: this.#capture("stdout"), stderr: this.#capture("stderr") };
  }

  /** Hands over what is held back: before a request's reply is sent. */
  flush(): void {
    const piece = this.#waiting;
    this.#waiting = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (piece) this.#sink(piece);
  }

  /** Prints to the process's own stream, past the capture: for logs of kernel and engine. */
  writeToTerminal(stream: StreamName, text: string): void {
    this.#originals[stream](text);
  }

  /** Gives the streams back. */
  [Symbol.dispose](): void {
    this.flush();
    process.stdout.write = this.#originals.stdout;
    process.stderr.write = this.#originals.stderr;
  }

  /** @returns how to write to the stream itself */
  #capture(name: StreamName): Write {
    const stream = process[name];
    const original = stream.write.bind(stream) as Write;
    const write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
      const text = this.#decode(name, chunk, encoding);
      const request = currentRequest();
      if (!request) return original(chunk, encoding as BufferEncoding, done as () => void);
      if (text !== "") this.#print({ stream: name, text, request });
      const callback = typeof encoding === "function" ? encoding : done;
      if (typeof callback === "function") process.nextTick(callback, null);
      return true;
    };
    stream.write = write as Write;
    return original;
  }

  #decode(name: StreamName, chunk: unknown, encoding: unknown): string {
    if (typeof chunk === "string")
      return typeof encoding === "string" && !/^utf-?8$/i.test(encoding)
        ? Buffer.from(chunk, encoding as BufferEncoding).toString("utf8")
        : chunk;
    if (chunk instanceof Uint8Array) return this.#decoders[name].write(Buffer.from(chunk));
    throw new TypeError(`process.${name}.write prints strings and bytes, not ${typeof chunk}`);
  }

  #print(piece: OutputPiece): void {
    const now = this.#now();
    const isNewWindow = now - this.#windowStart >= burst.windowMs;
    if (isNewWindow) {
      this.#windowStart = now;
      this.#pieces = 0;
    }
    this.#pieces += 1;
    const isFlood = this.#pieces > burst.pieces;
    this.#join(piece);
    if (!isFlood || (this.#waiting?.text.length ?? 0) >= burst.joinedCharacters) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), burst.windowMs);
  }

  /** Makes the piece the waiting one, joined to what waits of the same stream and request. */
  #join(piece: OutputPiece): void {
    const before = this.#waiting;
    const isSame = before?.stream === piece.stream && before.request === piece.request;
    if (!isSame) this.flush();
    this.#waiting = isSame ? { ...piece, text: before.text + piece.text } : piece;
  }
}
