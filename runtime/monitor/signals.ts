import { constants } from "node:os";
import { internalBinding } from "./internal-binding.ts";

/**
 * Watches SIGINT and SIGTERM on this thread, so that they are seen while the main thread is stuck.
 * @returns what ends the watch: the signals then do what they do by default
 */
export function watchSignals(onSignal: (name: "SIGINT" | "SIGTERM") => void): () => void {
  const { Signal } = internalBinding("signal_wrap");
  const handles = (["SIGINT", "SIGTERM"] as const).map((name) => {
    const handle = new Signal();
    handle.unref();
    handle.onsignal = () => onSignal(name);
    handle.start(constants.signals[name]);
    return handle;
  });
  return () => {
    for (const handle of handles) handle.close();
  };
}

/** Number of a signal named as `SIGINT` or by its number; undefined where this system has none such. */
export function signalNumber(signal: unknown): number | undefined {
  const known: Readonly<Record<string, number>> = constants.signals;
  if (typeof signal === "string") return known[signal];
  return typeof signal === "number" && Object.values(known).includes(signal) ? signal : undefined;
}
