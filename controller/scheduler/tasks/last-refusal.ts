import { InvalidMessage, parseDict } from "../../../protocol/envelope.ts";
import type { Failure } from "../../../protocol/failure.ts";
import type { Session } from "../../../protocol/session.ts";
import { frameAt } from "../frame-at.ts";

/** Longest reason that is passed on. */
const mostCharacters = 500;

/**
 * The failure of a task that all its targets have refused, with what the last of them said.
 * @param refusal its reply, two addresses in front
 */
export function withReason(failure: Failure, refusal: readonly Buffer[], { packer }: Session): Failure {
  if (failure.code !== "impossible-dependency") return failure;
  try {
    const { evalue } = parseDict(frameAt(refusal, 7), "content", packer);
    return typeof evalue === "string" && evalue !== ""
      ? { ...failure, reason: evalue.slice(0, mostCharacters) }
      : failure;
  } catch (error) {
    // The task has failed all the same.
    if (error instanceof InvalidMessage) return failure;
    throw error;
  }
}
