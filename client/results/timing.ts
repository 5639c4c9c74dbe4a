import { parseWireDate } from "../../protocol/clock.ts";
import type { Request } from "../requests/request.ts";

/** Milliseconds since the first of them left; 0 while that is not known of any. */
export function elapsedMs(requests: readonly Request[], nowMs: number): number {
  const first = requests.reduce((least, { submitted }) => Math.min(least, parseWireDate(submitted) ?? nowMs), nowMs);
  return nowMs - first;
}

/** Milliseconds from the first of them that left to the last reply that came. */
export const wallTimeMs = (requests: readonly Request[]): number =>
  elapsedMs(
    requests,
    requests.reduce((latest, { receivedMs = 0 }) => Math.max(latest, receivedMs), 0),
  );

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
