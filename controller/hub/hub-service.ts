import { type Envelope, type Header, InvalidMessage, openEnvelope } from "../../protocol/envelope.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { type HubRequest, isHubRequestType, parseHubRequest } from "../../protocol/messages/hub.ts";
import type { Outgoing, Session } from "../../protocol/session.ts";
import type { Channel } from "../../transport/channel.ts";
import { isLinkNotice } from "../../transport/link-notice.ts";
import type { Complaints } from "../complaints.ts";
import type { Answer } from "./answer.ts";
import { Refusal } from "./refusal.ts";
import { ReplyOrder } from "./requests/reply-order.ts";

export interface HubServiceOptions {
  readonly session: Session;
  /** Router for requests of engines and clients; tells as `[address, ""]` of connections made and broken. */
  readonly requests: Channel;
  /** @returns `undefined` where no reply is expected @throws {Refusal} */
  readonly answer: (request: HubRequest, header: Header) => Answer | undefined | Promise<Answer>;
  readonly complaints: Complaints;
}

const tooLarge = new Refusal(
  "ValueError",
  "The answer is too large for one message: ask for fewer records, or for fewer of their keys",
);

/** Takes the requests of engines and clients and sends the replies (wire protocol §6). */
export class HubService implements AsyncDisposable {
  readonly #options: HubServiceOptions;
  readonly #replies = new ReplyOrder();
  /** Addresses of connected clients. */
  readonly #clients = new Set<string>();

  constructor(options: HubServiceOptions) {
    this.#options = options;
    options.requests.listen(options.complaints.guard("registration", (frames) => this.#receive(frames)));
  }

  get connectedClients(): number {
    return this.#clients.size;
  }

  /** Resolves when every request that came was answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#replies.drain();
  }

  #receive(frames: readonly Buffer[]): void {
    const [address] = frames;
    const peer = address?.toString("latin1") ?? "";
    if (isLinkNotice(frames)) {
      this.#clients.delete(peer);
      return;
    }
    const { session } = this.#options;
    const envelope = openEnvelope(frames, session);
    const { content } = session.read(envelope);
    if (envelope.header.msg_type === "connection_request") this.#clients.add(peer);
    this.#replies.add(peer, this.#answer(envelope.header, content), (answer) => this.#reply(envelope, answer));
  }

  /** An engine that registers gets an empty parent, as from ipyparallel's hub. */
  #reply({ header, idents }: Envelope, answer: Answer | undefined): void {
    if (!answer) return;
    const parent = answer.type === "registration_reply" ? undefined : header;
    this.#options.requests.send(this.#pack({ ...answer, parent, idents }));
  }

  /** JSON text ends at half a gigabyte: who asks for more is told so. */
  #pack(reply: Outgoing): Buffer[] {
    const { session } = this.#options;
    try {
      return session.pack(reply);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return session.pack({ ...reply, content: tooLarge.content, buffers: [] });
    }
  }

  #answer(header: Header, content: JsonObject): Answer | undefined | Promise<Answer> {
    try {
      if (!isHubRequestType(header.msg_type))
        throw new Refusal("KeyError", `This controller does not answer ${header.msg_type}`);
      const answer = this.#options.answer(parseHubRequest(header.msg_type, content), header);
      return answer instanceof Promise ? answer.catch((error: unknown) => this.#refuse(error)) : answer;
    } catch (error) {
      return this.#refuse(error);
    }
  }

  /** @throws what is no fault of the request's */
  #refuse(error: unknown): Answer {
    if (error instanceof Refusal) return { type: "hub_error", content: error.content };
    if (error instanceof InvalidMessage)
      return { type: "hub_error", content: new Refusal("ValueError", error.message).content };
    throw error;
  }
}
