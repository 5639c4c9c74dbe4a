import { systemClock, wireDate } from "../../protocol/clock.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Session } from "../../protocol/session.ts";
import type { Channel } from "../../transport/channel.ts";
import { type Reply, replyType } from "./handlers.ts";
import type { ServedRequest } from "./served-request.ts";

/** How one side's replies differ from the other's. */
export interface ReplyStyle {
  /** Metadata of every reply to a request that runs user code. */
  metadata(request: ServedRequest, outcome: { readonly status: string; readonly started: string }): JsonObject;
  /** Metadata and content that an error adds. */
  failure(request: ServedRequest, content: JsonObject): { readonly metadata: JsonObject; readonly content: JsonObject };
}

/** Sends the replies to shell requests. */
export class ShellReplies {
  readonly #session: Session;
  readonly #shell: Channel;
  readonly #style: ReplyStyle | undefined;

  constructor(session: Session, shell: Channel, style: ReplyStyle | undefined) {
    this.#session = session;
    this.#shell = shell;
    this.#style = style;
  }

  /** @param started when the request began, as the wire writes it */
  send(request: ServedRequest, started: string, reply: Reply): void {
    const { content, metadata } = this.#styled(request, started, reply);
    this.#shell.send(
      this.#session.pack({
        type: replyType(request.type),
        content,
        metadata: request.isLean ? { ...metadata, output: request.hasOutput } : metadata,
        parent: request.header,
        buffers: reply.buffers ?? [],
        idents: request.idents,
      }),
    );
  }

  /** The whole of a request that is not run. */
  sendUnrun(request: ServedRequest, content: JsonObject): void {
    request.begin();
    this.send(request, wireDate(systemClock()), { content });
    request.end();
  }

  #styled(request: ServedRequest, started: string, reply: Reply): Required<Omit<Reply, "buffers">> {
    const status = String(reply.content["status"] ?? "ok");
    const content = { status, ...reply.content };
    const style = this.#style;
    if (!style || !request.runsUserCode) return { content, metadata: reply.metadata ?? {} };
    const metadata = { ...style.metadata(request, { status, started }), ...reply.metadata };
    if (status !== "error") return { content, metadata };
    const failure = style.failure(request, content);
    return { content: { ...content, ...failure.content }, metadata: { ...metadata, ...failure.metadata } };
  }
}
