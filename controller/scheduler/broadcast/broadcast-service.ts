import {
  delimiter,
  type Envelope,
  InvalidMessage,
  openEnvelope,
  parseDict,
  parseHeader,
  parseParent,
  verifyFrames,
} from "../../../protocol/envelope.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../../protocol/ids.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { RecentMap } from "../../../protocol/recent-map.ts";
import type { Session } from "../../../protocol/session.ts";
import type { Channel, Frames } from "../../../transport/channel.ts";
import type { Complaints } from "../../complaints.ts";
import { forgedReply } from "../forged-reply.ts";
import { frameAt } from "../frame-at.ts";
import { type BroadcastTarget, readBroadcastTargets } from "./broadcast-targets.ts";
import { type CopyReply, coalesce, keepParts } from "./coalesce.ts";
import { CoalescedReplies, type Collected } from "./coalesced-replies.ts";

export interface BroadcastServiceOptions {
  readonly clients: Channel;
  /** Engine `id` is connected to the leaf `id % leaves`. */
  readonly leaves: readonly [Channel, ...Channel[]];
  readonly session: Session;
  readonly complaints: Complaints;
}

interface Joined {
  readonly target: BroadcastTarget;
  readonly address: Buffer;
  readonly leaf: Channel;
}

interface Reply extends CopyReply {
  readonly frames: Frames;
  readonly at: number;
}

/** Requests whose ids are remembered at least: one that comes again is a replay. */
const rememberedRequests = 10_000;

/**
 * Sends one request to many engines (wire protocol §14). ipyparallel has a tree of schedulers for this; here the leaves
 * are sockets of one scheduler, which looks the same from outside.
 *
 *     from a client    client "<IDS|MSG>" …          to each engine  engine client "<IDS|MSG>" …
 *     from an engine   engine client "<IDS|MSG>" …   to the client   client "<IDS|MSG>" …
 *
 * Each engine gets a copy whose `msg_id` ends in its uuid, signed anew: a Python session accepts a signature once. Content
 * and buffers are the request's own frames. Replies are passed on one by one or, where the request is *coalescing*, as one
 * message in the order of the targets.
 */
export class BroadcastService {
  readonly #options: BroadcastServiceOptions;
  readonly #coalesced = new CoalescedReplies<Reply>();
  readonly #engines = new Map<EngineUuid, Joined>();
  readonly #seen = new RecentMap<string, true>(rememberedRequests);

  constructor(options: BroadcastServiceOptions) {
    this.#options = options;
    const { clients, leaves, complaints } = options;
    clients.listen(complaints.guard("broadcast (clients)", (frames) => this.#submit(frames)));
    for (const leaf of leaves) leaf.listen(complaints.guard("broadcast (engines)", (frames) => this.#answer(frames)));
  }

  engineJoined({ id, uuid }: { readonly id: number; readonly uuid: EngineUuid }): void {
    const { leaves } = this.#options;
    const leaf = leaves[id % leaves.length] ?? leaves[0];
    this.#engines.set(uuid, { target: { uuid, pair: [uuid, id] }, address: Buffer.from(uuid), leaf });
  }

  engineLost({ uuid }: { readonly uuid: EngineUuid }): void {
    this.#engines.delete(uuid);
    for (const collected of this.#coalesced.engineLost(uuid)) this.#deliver(collected);
  }

  /** Coalesced requests that have not been answered. */
  get size(): number {
    return this.#coalesced.size;
  }

  #submit(frames: Buffer[]): void {
    const { session } = this.#options;
    const request = openEnvelope(frames, session);
    const id = msgId(request.header.msg_id);
    if (this.#seen.has(id)) throw new InvalidMessage(`broadcast ${id} was submitted before (replayed message)`);
    const metadata = parseDict(request.metadataFrame, "metadata", session.packer);
    const targets = readBroadcastTargets(metadata);
    this.#seen.set(id, true);
    const lost = targets.filter(({ uuid }) => !this.#engines.has(uuid));
    const original = { ...metadata, original_msg_id: id };
    const isCoalescing = metadata["is_coalescing"] === true;
    const keepsParts = metadata["coalesced_parts"] === true;
    if (isCoalescing && !keepsParts && lost[0]) {
      this.#fail(request, original, lost[0], id);
      return;
    }
    if (isCoalescing) {
      const engines = targets.flatMap(({ uuid }) => (this.#engines.has(uuid) ? uuid : []));
      this.#coalesced.start(id, engines, keepsParts);
    }
    for (const target of targets) {
      const engine = this.#engines.get(target.uuid);
      if (engine) this.#copy(request, original, engine);
      else this.#fail(request, original, target, copyId(request, target));
    }
  }

  /** The list of targets is cut to the engine's own: it would be signed and sent once for each of them. */
  #copy(request: Envelope, original: JsonObject, { target, address, leaf }: Joined): void {
    const { signer, packer } = this.#options.session;
    const { idents, parentFrame, contentFrame, buffers } = request;
    const header = packer.encode({ ...request.header, msg_id: copyId(request, target) });
    const metadata = packer.encode({ ...original, targets: [target.pair] });
    const signed = [header, parentFrame, metadata, contentFrame];
    const signature = Buffer.from(signer.sign(signed), "latin1");
    leaf.send([address, ...idents, delimiter, signature, ...signed, ...buffers]);
  }

  #answer(frames: Buffer[]): void {
    const { clients, session } = this.#options;
    const at = verifyFrames(frames, session.signer);
    const metadata = parseDict(frameAt(frames, at + 4), "metadata", session.packer);
    const { original_msg_id: original, is_coalescing } = metadata;
    if (at < 2 || typeof original !== "string") throw new InvalidMessage("a reply to no broadcast");
    if (is_coalescing !== true) {
      clients.send(frames.slice(1));
      return;
    }
    const engine = this.#engines.get(engineUuid(frameAt(frames, 0).toString()));
    if (!engine) return;
    const { target } = engine;
    const content = () => parseDict(frameAt(frames, at + 5), "content", session.packer);
    const date = () => parseHeader(frameAt(frames, at + 2), session.packer).date;
    const reply: Reply = { target, metadata, date, content, buffers: frames.slice(at + 6), frames, at };
    const collected = this.#coalesced.add(msgId(original), target.uuid, reply);
    if (collected) this.#deliver(collected);
  }

  #deliver({ replies, keepsParts }: Collected<Reply>): void {
    const { clients, session } = this.#options;
    const { shown, broadcastTargets, content, buffers } = keepsParts ? keepParts(replies) : coalesce(replies);
    const { frames, at } = shown;
    const header = parseHeader(frameAt(frames, at + 2), session.packer);
    clients.send(
      session.pack({
        type: header.msg_type,
        header,
        parent: parseParent(frameAt(frames, at + 3), session.packer),
        metadata: { ...shown.metadata, broadcast_targets: broadcastTargets },
        content,
        buffers,
        idents: frames.slice(1, at),
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
