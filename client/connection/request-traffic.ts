import { AsyncLocalStorage } from "node:async_hooks";
import { lendsMemory } from "../../canning/lent-frames.ts";
import { currentHost } from "../../protocol/host.ts";
import { type EngineUuid, msgId } from "../../protocol/ids.ts";
import type { Message, Outgoing, Session } from "../../protocol/session.ts";
import { ReceiptedChannel } from "../../transport/receipts.ts";
import type { ClientChannels } from "../client-channels.ts";
import type { EngineDirectory } from "../engine-directory.ts";
import type { LocalRecords } from "../local/local-records.ts";
import { copyId, repliesIn } from "../requests/broadcast-replies.ts";
import { EngineSources } from "../requests/engine-sources.ts";
import { Lending } from "../requests/lending.ts";
import type { PendingRequests } from "../requests/pending-requests.ts";
import { Request, type RequestObserver, type RequestPlan } from "../requests/request.ts";
import type { CannedCall } from "../sending/canned-call.ts";
import type { Listen } from "./sound-messages.ts";

/** What goes into a request beside its header: the same for each engine that gets it. */
export type Payload = Pick<Outgoing, "content" | "metadata" | "buffers"> & Pick<CannedCall, "sources">;

export interface RequestTrafficOptions {
  readonly session: Session;
  readonly engines: EngineDirectory;
  readonly pending: PendingRequests;
  readonly local: LocalRecords;
  readonly listen: Listen;
  /** Throws when nothing can be sent any more. */
  readonly requireOpen: () => void;
  /** Something has been sent. */
  readonly onSent: () => void;
}

/** What the hub says that it can do beside what ipyparallel's can. */
export interface HubAbilities {
  readonly receipts: boolean;
  readonly coalescedParts: boolean;
}

/** Sends requests by the schedulers' channels, records them as outstanding, and takes their replies. */
export class RequestTraffic implements AsyncDisposable {
  readonly sources = new EngineSources();
  readonly #options: RequestTrafficOptions;
  readonly #mux: ReceiptedChannel;
  readonly #task: ReceiptedChannel;
  readonly #broadcast: ReceiptedChannel;
  #hub: HubAbilities = { receipts: false, coalescedParts: false };
  #asSender = (action: () => void): void => action();

  constructor({ mux, task, broadcast }: ClientChannels, options: RequestTrafficOptions) {
    const { listen, session } = options;
    this.#options = options;
    this.#mux = new ReceiptedChannel(mux);
    this.#task = new ReceiptedChannel(task);
    this.#broadcast = new ReceiptedChannel(broadcast);
    for (const channel of [this.#mux, this.#task]) listen(channel, (frames) => this.#takeReply(session.unpack(frames)));
    listen(this.#broadcast, (frames) => {
      for (const reply of repliesIn(session.unpack(frames))) this.#takeReply(reply);
    });
  }

  /** The hub has answered. */
  adapt(hub: HubAbilities): void {
    this.#hub = hub;
  }

  /**
   * Sends a request to one engine.
   * @throws {ConnectError} when the client is closed, or the controller has gone for good
   */
  toEngine(engine: EngineUuid, payload: Payload, plan: RequestPlan, observer: RequestObserver): Request {
    return this.#send(this.#mux, payload, plan, { engine, observer });
  }

  /**
   * Sends a task to the scheduler, which chooses the engine.
   * @throws {ConnectError} when the client is closed, or the controller has gone for good
   */
  task(payload: Payload, plan: RequestPlan, observer: RequestObserver): Request {
    return this.#send(this.#task, payload, plan, { observer });
  }

  /**
   * Sends one message to several engines; each has a request of its own, as if it had been sent to it alone.
   * @throws {ConnectError} when the client is closed, or the controller has gone for good
   */
  broadcast(
    { engines, coalescing }: BroadcastRecipients,
    payload: Payload,
    { plan, observer }: { readonly plan: RequestPlan; readonly observer: RequestObserver },
  ): readonly Request[] {
    this.#options.requireOpen();
    const type = `${plan.method}_request`;
    const header = this.#options.session.header(type);
    const metadata = {
      ...payload.metadata,
      targets: engines.map((uuid) => [uuid, this.#options.engines.id(uuid) ?? null]),
      is_broadcast: true,
      is_coalescing: coalescing && this.#hub.coalescedParts,
      coalesced_parts: true,
    };
    const frames = this.#options.session.pack({ type, header, ...payload, metadata });
    const requests = engines.map((uuid) => {
      return new Request({ ...header, msg_id: copyId(header.msg_id, uuid) }, plan, observer, uuid);
    });
    this.#launch(this.#broadcast, frames, { requests, isTracked: plan.isTracked, payload });
    return requests;
  }

  /** Runs something as if the cell did that sent last: what it prints is shown there. */
  asSender(action: () => void): void {
    this.#asSender(action);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#mux, this.#task, this.#broadcast].map((channel) => channel[Symbol.asyncDispose]()));
  }

  #send(channel: ReceiptedChannel, payload: Payload, plan: RequestPlan, to: Recipient): Request {
    this.#options.requireOpen();
    const type = `${plan.method}_request`;
    const header = this.#options.session.header(type);
    const request = new Request(header, plan, to.observer, to.engine);
    const idents = to.engine === undefined ? [] : [Buffer.from(to.engine)];
    const frames = this.#options.session.pack({ type, header, idents, ...payload });
    this.#launch(channel, frames, { requests: [request], isTracked: plan.isTracked, payload });
    return request;
  }

  #launch(channel: ReceiptedChannel, frames: Buffer[], { requests, isTracked, payload }: Launch): void {
    const lending = lendsMemory(payload.buffers ?? [])
      ? new Lending(this.#hub.receipts ? () => channel.whenReceived() : undefined)
      : undefined;
    for (const request of requests) {
      request.lending = lending;
      request.sources = payload.sources;
      this.#options.pending.add(request);
      this.#options.local.add(request);
    }
    if (currentHost()) this.#asSender = AsyncLocalStorage.snapshot();
    channel.send(frames);
    if (isTracked) void lending?.whenReturned();
    this.#options.onSent();
  }

  #takeReply(reply: Message): void {
    const request = reply.parent && this.#options.pending.get(msgId(reply.parent.msg_id));
    this.#options.pending.takeReply(reply);
    if (!request?.sources || request.outcome?.status !== "ok") return;
    if (request.engine !== undefined) this.sources.confirm(request.engine, request.sources);
    request.sources = undefined;
  }
}

interface Recipient {
  readonly observer: RequestObserver;
  readonly engine?: EngineUuid;
}

interface BroadcastRecipients {
  readonly engines: readonly EngineUuid[];
  /** Whether the controller answers by one message when all have answered, if it can. */
  readonly coalescing: boolean;
}

/** Requests that leave in one message. */
interface Launch {
  readonly requests: readonly Request[];
  readonly isTracked: boolean | undefined;
  readonly payload: Payload;
}
