import type { Header } from "../../protocol/envelope.ts";
import { parseJson } from "../../protocol/json.ts";

const headerStart = 16;
const headerBytes = 4096;
const cells = { serial: 0, headerLength: 1, closed: 2 } as const;

/** The request that the main thread runs. */
export interface Running {
  readonly serial: number;
  /** Undefined for one that was too long for the memory. */
  readonly header: Header | undefined;
}

/**
 * Which request the main thread runs, in memory that the monitor reads while the main thread is stuck:
 *
 *     int32 serial (0 = none) | int32 length of the header | int32 1 = the monitor has closed | unused | header as JSON
 */
export class RunningRequest {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;
  readonly #header: Uint8Array;
  #lastSerial = 0;

  constructor(memory = new SharedArrayBuffer(headerStart + headerBytes)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory, 0, headerStart / 4);
    this.#header = new Uint8Array(memory, headerStart);
  }

  /** Main thread: a request starts. @param header as received; one that does not fit is left out */
  begin(header: Buffer): number {
    const fits = header.length <= headerBytes;
    if (fits) this.#header.set(header);
    Atomics.store(this.#cells, cells.headerLength, fits ? header.length : 0);
    this.#lastSerial = (this.#lastSerial % 0x7fff_ffff) + 1;
    Atomics.store(this.#cells, cells.serial, this.#lastSerial);
    return this.#lastSerial;
  }

  /** Main thread: nothing runs now. */
  end(): void {
    Atomics.store(this.#cells, cells.serial, 0);
  }

  get serial(): number {
    return Atomics.load(this.#cells, cells.serial);
  }

  /** The running request; undefined where none runs. */
  get current(): Running | undefined {
    for (;;) {
      const { serial } = this;
      if (serial === 0) return undefined;
      const header = this.#header.slice(0, Atomics.load(this.#cells, cells.headerLength));
      // The main thread may have gone on to the next one meanwhile, and written over what was read.
      if (this.serial !== serial) continue;
      // Parsed once already, by who began the request.
      return { serial, header: header.length === 0 ? undefined : (parseJson(Buffer.from(header)) as Header) };
    }
  }

  /** Monitor: its sockets are closed. */
  close(): void {
    Atomics.store(this.#cells, cells.closed, 1);
    Atomics.notify(this.#cells, cells.closed);
  }

  /** Main thread, and blocking it: waits until the monitor has closed. @returns whether it has */
  waitUntilClosed(timeoutMs: number): boolean {
    return Atomics.wait(this.#cells, cells.closed, 0, timeoutMs) !== "timed-out";
  }
}
