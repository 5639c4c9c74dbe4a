import { parseWireDate } from "../../protocol/clock.ts";
import type { Request } from "../requests/request.ts";

/** When the first of them left, in milliseconds since 1970; they are in the order of leaving. */
export function submittedMs(requests: readonly Request[]): number {
  return parseWireDate(requests[0]?.submitted ?? "") ?? Number.NaN;
}

/** When the last reply of them came, in milliseconds since 1970. */
export function receivedMs(requests: readonly Request[]): number {
  return requests.reduce((latest, request) => Math.max(latest, request.receivedMs ?? 0), 0);
}

/** Milliseconds that the engines spent on them, all together. */
export function serialTimeMs(requests: readonly Request[]): number {
  return requests.reduce((sum, request) => sum + runTimeMs(request), 0);
}

/** Milliseconds that the engine spent on it; 0 while it is not done. */
export function runTimeMs({ started, completed }: Request): number {
  const begin = started === undefined ? undefined : parseWireDate(started);
  const end = completed === undefined ? undefined : parseWireDate(completed);
  return begin === undefined || end === undefined ? 0 : end - begin;
}
