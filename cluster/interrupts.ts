import { setMaxListeners } from "node:events";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The signals that end a program in the foreground: the first asks it to stop, a second one to hurry. */
export class Interrupts implements Disposable {
  readonly #stop = new AbortController();
  readonly #hurry = new AbortController();
  readonly #listener = (signal: NodeJS.Signals): void => {
    if (this.#stop.signal.aborted) this.#hurry.abort(new Error(`Interrupted again by ${signal}.`));
    else this.#stop.abort(new Error(`Interrupted by ${signal}.`));
  };

  constructor() {
    // Each process of a cluster listens.
    setMaxListeners(0, this.#stop.signal, this.#hurry.signal);
    for (const signal of signals) process.on(signal, this.#listener);
    // A terminal that is gone must not end the program before it has stopped what it started.
    process.stderr.on("error", () => undefined);
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get hurry(): AbortSignal {
    return this.#hurry.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of signals) process.off(signal, this.#listener);
  }
}
