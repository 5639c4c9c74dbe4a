import { wireDate } from "../../protocol/clock.ts";
import type { Header } from "../../protocol/envelope.ts";
import { type Failure, failureContent } from "../../protocol/failure.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Outgoing } from "../../protocol/session.ts";

/** The reply that a scheduler gives in an engine's place (wire protocol §11.6, §11.7). */
export interface Forgery {
  readonly request: Header;
  readonly failure: Failure;
  readonly idents: readonly Buffer[];
  readonly metadata?: JsonObject;
}

/** A reply without an engine. */
export interface Forged extends Outgoing {
  readonly parent: Header;
  readonly idents: readonly Buffer[];
}

/** @param type as a client would have it from an engine */
export function forgedReply(type: string, { request, failure, idents, metadata }: Forgery): Forged {
  return {
    type,
    content: failureContent(failure),
    parent: request,
    metadata: { ...metadata, ...(failure.code === "engine-died" && epitaph(failure.engine)) },
    idents,
  };
}

/** As from an engine that has been told to abort the task, but without its name. */
export function abortedReply(request: Header, idents: readonly Buffer[]): Forged {
  const aborted = { status: "aborted" };
  return { type: "apply_reply", content: aborted, parent: request, metadata: aborted, idents };
}

/** Metadata as if the dead engine had answered itself. */
const epitaph = (engine: string): JsonObject => ({ status: "error", engine, date: wireDate(Date.now()) });
