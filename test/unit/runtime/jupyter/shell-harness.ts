import { setImmediate as turn } from "node:timers/promises";
import type { SessionId } from "../../../../protocol/ids.ts";
import type { JsonObject } from "../../../../protocol/json.ts";
import { type Message, type Outgoing, Session } from "../../../../protocol/session.ts";
import { Signer } from "../../../../protocol/signature.ts";
import type { ControlHandlers, ShellHandlers } from "../../../../runtime/jupyter/handlers.ts";
import { IopubPublisher, kernelNaming } from "../../../../runtime/jupyter/iopub-publisher.ts";
import type { ReplyStyle } from "../../../../runtime/jupyter/shell-replies.ts";
import { ShellService } from "../../../../runtime/jupyter/shell-service.ts";
import { MemoryRouter } from "../../../../transport/memory-channel.ts";

export const openSession = (id: string): Session => new Session({ id: id as SessionId, signer: new Signer("key") });

/** A shell service with one client, over memory. */
export class ShellHarness {
  readonly service: ShellService;
  readonly client = openSession("client");
  readonly logged: string[] = [];
  /** Serial of the request that runs; 0 = none. */
  serial = 0;
  readonly #peer;
  readonly #replies: AsyncIterator<Buffer[]>;
  readonly #controlReplies: Message[] = [];
  readonly #published: Message[] = [];
  lastSerial = 0;
  /** What the monitor has to say before the next request. */
  onDrain: () => void = () => undefined;

  constructor(
    handlers: ShellHandlers,
    options: { controlHandlers?: ControlHandlers; replyStyle?: ReplyStyle; stopsOnError?: boolean } = {},
  ) {
    const { controlHandlers = {}, replyStyle, stopsOnError = false } = options;
    const session = openSession("kernel");
    const shell = new MemoryRouter();
    const reader = openSession("reader");
    this.#peer = shell.connect("client");
    this.#replies = this.#peer.messages[Symbol.asyncIterator]();
    this.service = new ShellService({
      session,
      shell,
      publisher: new IopubPublisher({
        session,
        naming: kernelNaming,
        send: (frames) => this.#published.push(reader.unpack(frames as Buffer[])),
      }),
      watch: {
        begin: () => {
          this.lastSerial += 1;
          this.serial = this.lastSerial;
          return this.serial;
        },
        end: () => {
          this.serial = 0;
        },
        drain: () => this.onDrain(),
        send: (_channel, frames) => this.#controlReplies.push(reader.unpack(frames as Buffer[])),
      },
      handlers,
      controlHandlers,
      ...(replyStyle ? { replyStyle } : {}),
      stopsOnError,
      flushOutput: () => undefined,
      log: (text) => this.logged.push(text),
    });
  }

  /** @returns the request's id */
  send(type: string, content: JsonObject = {}, metadata: JsonObject = {}): string {
    const header = this.client.header(type);
    this.#peer.send(this.client.pack({ type, header, content, metadata }));
    return header.msg_id;
  }

  sendFrames(frames: Buffer[]): void {
    this.#peer.send(frames);
  }

  async reply(): Promise<Message> {
    const next = await this.#replies.next();
    if (next.done) throw new Error("The shell channel was closed.");
    return this.client.unpack(next.value);
  }

  async ask(type: string, content: JsonObject = {}, metadata: JsonObject = {}): Promise<Message> {
    this.send(type, content, metadata);
    return this.reply();
  }

  async control(message: Outgoing): Promise<Message | undefined> {
    this.service.control(this.client.pack(message));
    await turn();
    return this.#controlReplies.at(-1);
  }

  /** What was published, as `type` or `status:state`, with the id of the request where it is asked for. */
  published(msgId?: string): string[] {
    return this.#published
      .filter(({ parent }) => msgId === undefined || parent?.msg_id === msgId)
      .map(({ header, content }) =>
        header.msg_type === "status" ? String(content["execution_state"]) : header.msg_type,
      );
  }
}
