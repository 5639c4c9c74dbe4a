import type { RequestGroup } from "./request-group.ts";

/** Whether all of it was sent, and arrays that it was sent with may be overwritten. */
export const isSent = (group: RequestGroup): boolean =>
  group.isSealed && group.requests.every((request) => request.isSent);

/** Resolves when `isSent`. @throws {Error} when the connection ends before, and nobody knows */
export async function whenSent(group: RequestGroup): Promise<void> {
  while (!group.isSealed) await group.changed();
  await Promise.all(group.requests.map((request) => request.whenSent()));
}
