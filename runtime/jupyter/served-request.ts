import type { Header } from "../../protocol/envelope.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Message } from "../../protocol/session.ts";
import type { RunningRequest } from "../output/running-request.ts";
import type { IopubPublisher, Publication } from "./iopub-publisher.ts";

/** Requests that run the user's code: they can be aborted and interrupted, and their errors are published. */
const userCodeTypes: ReadonlySet<string> = new Set(["execute_request", "apply_request"]);

/** How what a request shows gets out. */
export interface PublishingWays {
  readonly publisher: IopubPublisher;
  /** Publishes what was printed and is held back. */
  flushOutput(): void;
}

/**
 * A shell request from its arrival on. What its code prints and shows is published through it, also when the reply has
 * long been sent.
 *
 * A *lean* request (`lean` in its metadata, from our own clients) is spared all messages on iopub but its output: its
 * `busy` comes with the first output, `idle` only after a `busy`, and its input and its error are not repeated.
 */
export class ServedRequest implements RunningRequest {
  readonly header: Header;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly buffers: readonly Buffer[];
  readonly idents: readonly Buffer[];
  readonly isLean: boolean;
  readonly runsUserCode: boolean;
  /** Added to the content of its reply should it fail. */
  failureExtras: JsonObject = {};
  readonly #ways: PublishingWays;
  #isBusyShown = false;
  #isOver = false;
  #abort: AbortController | undefined;
  #interruption: Error | undefined;

  constructor(message: Message, ways: PublishingWays) {
    const { header, metadata, content, buffers, idents } = message;
    this.header = header;
    this.metadata = metadata;
    this.content = content;
    this.buffers = buffers;
    this.idents = idents;
    this.runsUserCode = userCodeTypes.has(header.msg_type);
    this.isLean = this.runsUserCode && metadata["lean"] === true;
    this.#ways = ways;
  }

  get type(): string {
    return this.header.msg_type;
  }

  /** Whether anything of it is on iopub, and so `idle` will be. */
  get hasOutput(): boolean {
    return this.#isBusyShown;
  }

  /** Aborts when the request is interrupted. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#interruption) this.#abort.abort(this.#interruption);
    return this.#abort.signal;
  }

  /** Publishes under this request, after what it has printed. */
  publish(publication: Omit<Publication, "parent">): void {
    if (publication.type !== "stream") this.#ways.flushOutput();
    if (!this.#isOver) this.#showBusy();
    this.#ways.publisher.publish({ ...publication, parent: this.header });
  }

  begin(): void {
    if (!this.isLean) this.#showBusy();
  }

  interrupt(reason: Error): void {
    this.#interruption = reason;
    this.#abort?.abort(reason);
  }

  /**
   * To be called before code of the user's is, wherever something was awaited since the request began.
   * @throws what it was interrupted with: its reply is on its way, and the code must not begin any more
   */
  throwIfInterrupted(): void {
    if (this.#interruption) throw this.#interruption;
  }

  /** Its reply is on its way. */
  end(): void {
    this.#isOver = true;
    if (this.#isBusyShown) this.#ways.publisher.status("idle", this.header);
  }

  #showBusy(): void {
    if (this.#isBusyShown) return;
    this.#isBusyShown = true;
    this.#ways.publisher.status("busy", this.header);
  }
}
