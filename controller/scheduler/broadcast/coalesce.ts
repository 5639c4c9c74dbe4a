import type { JsonObject, JsonValue } from "../../../protocol/json.ts";
import type { BroadcastTarget } from "./broadcast-targets.ts";

/** One engine's reply to a broadcast request, as far as it has been read. */
export interface CopyReply {
  readonly target: BroadcastTarget;
  readonly metadata: JsonObject;
  /** When it was made. */
  readonly date: () => string;
  /** Decodes it. */
  readonly content: () => JsonObject;
  readonly buffers: readonly Buffer[];
}

/** What stands for all replies. */
export interface Coalesced<Reply extends CopyReply> {
  /** Its header, parent and metadata are those of the whole. */
  readonly shown: Reply;
  readonly broadcastTargets: readonly JsonValue[];
  readonly content: JsonObject;
  readonly buffers: readonly Buffer[];
}

/**
 * Makes one reply of many, in their order (wire protocol §14.4). Clients split the buffers into one value an engine, so
 * that a failure, which has none, fails the whole: the first is shown, with what every engine that failed has said.
 */
export function coalesce<Reply extends CopyReply>(replies: readonly [Reply, ...Reply[]]): Coalesced<Reply> {
  const broadcastTargets = replies.map(({ target }) => target.pair);
  const failed = replies.filter(({ metadata }) => metadata["status"] !== "ok");
  const errors = failed.filter(({ metadata }) => metadata["status"] !== "aborted");
  const [shown = failed[0]] = errors;
  if (!shown) {
    const [first] = replies;
    return {
      shown: first,
      broadcastTargets,
      content: first.content(),
      buffers: replies.flatMap(({ buffers }) => buffers),
    };
  }
  return { shown, broadcastTargets, content: errors.length > 1 ? tellAll(errors) : shown.content(), buffers: [] };
}

/**
 * Makes one reply of many that keeps each as it is, failed ones too: `content.replies` has their contents and metadata,
 * and how many of the buffers are theirs. Ours alone.
 */
export function keepParts<Reply extends CopyReply>(replies: readonly [Reply, ...Reply[]]): Coalesced<Reply> {
  const parts = replies.map(({ target: { uuid }, metadata, date, content, buffers }) => {
    return { engine: uuid, date: date(), metadata, content: content(), buffers: buffers.length };
  });
  return {
    shown: replies[0],
    broadcastTargets: replies.map(({ target }) => target.pair),
    content: { status: "ok", replies: parts },
    buffers: replies.flatMap(({ buffers }) => buffers),
  };
}

function tellAll(errors: readonly CopyReply[]): JsonObject {
  const contents = errors.map((reply) => ({ id: engineId(reply.target.pair), ...readError(reply.content()) }));
  const [first] = contents;
  const traceback = contents.flatMap(({ id, ename, evalue, traceback: lines }) => [
    `engine ${id}: ${ename}: ${evalue}`,
    ...lines,
  ]);
  const others = contents.slice(1).map(({ id, ename }) => `engine ${id} (${ename})`);
  const evalue = `${first?.evalue}\nOthers failed as well: ${others.join(", ")}.`;
  return { ...errors[0]?.content(), evalue, traceback };
}

const engineId = (pair: JsonValue): string => String(Array.isArray(pair) ? pair[1] : pair);

function readError({ ename, evalue, traceback }: JsonObject) {
  const lines: readonly unknown[] = Array.isArray(traceback) ? traceback : [];
  return { ename: String(ename), evalue: String(evalue), traceback: lines.filter((line) => typeof line === "string") };
}
