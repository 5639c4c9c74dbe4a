import { AsyncLocalStorage } from "node:async_hooks";
import type { Header } from "../../protocol/envelope.ts";

/** A request whose code runs, or ran: what its output names as its parent. */
export interface RunningRequest {
  readonly header: Header;
  /** Aborts when the request is interrupted. */
  readonly signal?: AbortSignal;
  /** @throws the reason, when it has been interrupted */
  throwIfInterrupted?(): void;
}

const storage = new AsyncLocalStorage<RunningRequest>();
let last: RunningRequest | undefined;

/** Runs code for a request: whatever it starts, timers and promises too, belongs to that request for ever. */
export function runInRequest<T>(request: RunningRequest, code: () => T): T {
  last = request;
  return storage.run(request, code);
}

/** The request that the running code belongs to; where that is lost (native callbacks), the one that ran last. */
export const currentRequest = (): RunningRequest | undefined => storage.getStore() ?? last;

/** The same without the guess: `undefined` for code that no request started. */
export const owningRequest = (): RunningRequest | undefined => storage.getStore();
