import {
  delimiter,
  type Envelope,
  InvalidMessage,
  openEnvelope,
  parseDict,
  parseParent,
} from "../../protocol/envelope.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../protocol/ids.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Session } from "../../protocol/session.ts";
import type { Channel } from "../../transport/channel.ts";
import type { Complaints } from "../complaints.ts";
import { type BroadcastTarget, readBroadcastTargets } from "./broadcast-targets.ts";
import { CoalescedReplies } from "./coalesced-replies.ts";
import { forgedReply } from "./forged-reply.ts";

export interface BroadcastServiceOptions {
  readonly clients: Channel;
  readonly engines: Channel;
  readonly isRegistered: (engine: EngineUuid) => boolean;
  readonly session: Session;
  readonly complaints: Complaints;
}

interface Reply {
  readonly target: BroadcastTarget;
  readonly envelope: Envelope;
  readonly metadata: JsonObject;
}

/**
 * Sends one request to many engines (wire protocol §14). ipyparallel has a tree of schedulers for this; a flat one
 * looks the same from outside.
 *
 *     from a client    client "<IDS|MSG>" …          to each engine  engine client "<IDS|MSG>" …
 *     from an engine   engine client "<IDS|MSG>" …   to the client   client "<IDS|MSG>" …
 *
 * Each engine gets a copy whose `msg_id` ends in its uuid, signed anew: a Python session accepts a signature once.
 * Replies are passed on one by one, or, where the request is *coalescing*, as one message in the order of the targets.
 */
export class BroadcastService {
  readonly #options: BroadcastServiceOptions;
  readonly #coalesced = new CoalescedReplies<Reply>();
  readonly #targets = new Map<EngineUuid, BroadcastTarget>();

  constructor(options: BroadcastServiceOptions) {
    this.#options = options;
    const { clients, engines, complaints } = options;
    clients.listen(complaints.guard("broadcast (clients)", (frames) => this.#submit(frames)));
    engines.listen(complaints.guard("broadcast (engines)", (frames) => this.#answer(frames)));
  }

  engineJoined({ id, uuid }: { readonly id: number; readonly uuid: EngineUuid }): void {
    this.#targets.set(uuid, { uuid, pair: [uuid, id] });
  }

  engineLost({ uuid }: { readonly uuid: EngineUuid }): void {
    this.#targets.delete(uuid);
    this.#coalesced.engineLost(uuid);
  }

  #submit(frames: Buffer[]): void {
    const request = openEnvelope(frames, this.#options.session);
    const metadata = parseDict(request.metadataFrame, "metadata", this.#options.session.packer);
    const targets = readBroadcastTargets(metadata);
    const lost = targets.filter(({ uuid }) => !this.#options.isRegistered(uuid));
    const original = { ...metadata, original_msg_id: request.header.msg_id };
    const isCoalescing = metadata["is_coalescing"] === true;
    if (isCoalescing && lost[0]) {
      this.#fail(request, original, lost[0], msgId(request.header.msg_id));
      return;
    }
    for (const target of lost) this.#fail(request, original, target, copyId(request, target));
    if (isCoalescing) {
      const engines = targets.map(({ uuid }) => uuid);
      this.#coalesced.start(msgId(request.header.msg_id), engines);
    }
    this.#copy(
      request,
      original,
      targets.filter((target) => !lost.includes(target)),
    );
  }

  #copy(request: Envelope, metadata: JsonObject, targets: readonly BroadcastTarget[]): void {
    const { engines, session } = this.#options;
    const { parentFrame, contentFrame, buffers } = request;
    const metadataFrame = session.packer.encode(metadata);
    for (const target of targets) {
      const header = session.packer.encode({ ...request.header, msg_id: copyId(request, target) });
      const signed = [header, parentFrame, metadataFrame, contentFrame];
      const signature = Buffer.from(session.signer.sign(signed), "latin1");
      engines.send([Buffer.from(target.uuid), ...request.idents, delimiter, signature, ...signed, ...buffers]);
    }
  }

  #answer(frames: Buffer[]): void {
    const { clients, session } = this.#options;
    const envelope = openEnvelope(frames, session);
    const [engine, ...client] = envelope.idents;
    const metadata = parseDict(envelope.metadataFrame, "metadata", session.packer);
    const original = metadata["original_msg_id"];
    if (!engine || typeof original !== "string") throw new InvalidMessage("a reply to no broadcast");
    if (metadata["is_coalescing"] !== true) {
      clients.send([...client, delimiter, ...envelope.body]);
      return;
    }
    const target = this.#targets.get(engineUuid(engine.toString()));
    if (!target) return;
    const replies = this.#coalesced.add(msgId(original), target.uuid, { target, envelope, metadata });
    if (replies) this.#deliver(replies, client);
  }

  /** One failure fails the whole: an error has no buffers that could stand in the engine's place. */
  #deliver(replies: readonly Reply[], idents: readonly Buffer[]): void {
    const { clients, session } = this.#options;
    const shown = replies.find(({ metadata }) => metadata["status"] !== "ok") ?? replies[0];
    if (!shown) return;
    const { envelope } = shown;
    const isOk = shown.metadata["status"] === "ok";
    clients.send(
      session.pack({
        type: envelope.header.msg_type,
        header: envelope.header,
        parent: parseParent(envelope.parentFrame, session.packer),
        metadata: { ...shown.metadata, broadcast_targets: replies.map(({ target }) => target.pair) },
        content: parseDict(envelope.contentFrame, "content", session.packer),
        buffers: isOk ? replies.flatMap((reply) => reply.envelope.buffers) : [],
        idents,
      }),
    );
  }

  /** In place of an engine that is not there. @param task the request as the client tracks it */
  #fail({ header, idents }: Envelope, original: JsonObject, { uuid, pair }: BroadcastTarget, task: MsgId): void {
    const { clients, session } = this.#options;
    const type = header.msg_type.replace(/request$/, "reply");
    const { is_broadcast, is_coalescing, original_msg_id } = original;
    const metadata = { status: "error", is_broadcast, is_coalescing, original_msg_id, broadcast_targets: [pair] };
    const failure = { code: "unknown-engine", engine: uuid, task } as const;
    const request = { ...header, msg_id: task };
    clients.send(session.pack(forgedReply(type, { request, failure, idents, metadata })));
  }
}

const copyId = (request: Envelope, target: BroadcastTarget): MsgId => msgId(`${request.header.msg_id}_${target.uuid}`);
