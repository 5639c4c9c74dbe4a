import { createRequire } from "node:module";

/** The parts of Node's internals that interrupts need: no public interface has them (design D5). */
interface Bindings {
  readonly async_wrap: { clearAsyncIdStack(): void };
  readonly signal_wrap: { readonly Signal: new () => SignalHandle };
}

/** A signal of the process as libuv gives it to this thread's loop; the public `process.on` works on the main thread only. */
export interface SignalHandle {
  onsignal: (signal: number) => void;
  start(signal: number): number;
  unref(): void;
  close(): void;
}

/** @throws naming the flag that is missing on the command line of this process */
export function internalBinding<Name extends keyof Bindings>(name: Name): Bindings[Name] {
  return load()(name) as Bindings[Name];
}

function load(): (name: string) => unknown {
  const { emitWarning } = process;
  process.emitWarning = () => undefined; // "for internal testing only" would greet every user.
  try {
    const require = createRequire(import.meta.url);
    return (require("internal/test/binding") as { internalBinding: (name: string) => unknown }).internalBinding;
  } catch (cause) {
    throw new Error(
      "Interrupts need Node's internals: start this program with `node --expose-internals`, as its command does.",
      { cause },
    );
  } finally {
    process.emitWarning = emitWarning;
  }
}
