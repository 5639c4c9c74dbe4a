import { currentRequest, owningRequest, type RunningRequest } from "../output/running-request.ts";
import { ExitRequest } from "./exit-request.ts";
import { KeyboardInterrupt } from "./keyboard-interrupt.ts";
import { isOurBug } from "./stack-frames.ts";

/**
 * Keeps the process alive when user code throws where nobody catches: in timers, callbacks and promises.
 * A bug of our own still ends it: an error from our code that no request led to.
 * @param onError gets the error and the request whose code threw
 * @returns what gives the process its usual behaviour back
 */
export function userErrorHandlers(onError: (error: unknown, request: RunningRequest | undefined) => void): Disposable {
  const handle = (error: unknown): void => {
    if (error instanceof ExitRequest || error instanceof KeyboardInterrupt) return;
    if (!owningRequest() && isOurBug(error)) throw error;
    onError(error, currentRequest());
  };
  process.on("uncaughtException", handle);
  process.on("unhandledRejection", handle);
  return {
    [Symbol.dispose]: () => {
      process.off("uncaughtException", handle);
      process.off("unhandledRejection", handle);
    },
  };
}
