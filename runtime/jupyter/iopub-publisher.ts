import type { Header } from "../../protocol/envelope.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Session } from "../../protocol/session.ts";
import type { Frames } from "../../transport/channel.ts";

/** How iopub messages are addressed and marked: kernels and engines differ. */
export interface IopubNaming {
  /** Frame 0: what subscribers may filter by. */
  topic(type: string, content: JsonObject): string;
  metadata(type: string): JsonObject;
}

/** One message for iopub. */
export interface Publication {
  readonly type: string;
  readonly content: JsonObject;
  /** Header of the request that it belongs to. */
  readonly parent?: Header | undefined;
  /** Added to what the naming gives. */
  readonly metadata?: JsonObject;
  readonly buffers?: readonly Buffer[];
}

export interface IopubPublisherOptions {
  readonly session: Session;
  readonly naming: IopubNaming;
  send(frames: Frames): void;
}

/** Signs and sends what everybody who watches this process gets to see. */
export class IopubPublisher {
  readonly #options: IopubPublisherOptions;

  constructor(options: IopubPublisherOptions) {
    this.#options = options;
  }

  publish({ type, content, parent, metadata, buffers = [] }: Publication): void {
    const { session, naming, send } = this.#options;
    const idents = [Buffer.from(naming.topic(type, content))];
    send(session.pack({ type, content, parent, metadata: { ...naming.metadata(type), ...metadata }, buffers, idents }));
  }

  status(state: "starting" | "busy" | "idle", parent?: Header): void {
    this.publish({ type: "status", content: { execution_state: state }, parent });
  }
}

/** A notebook kernel's: topics are the types, as its frontends subscribe to everything. */
export const kernelNaming: IopubNaming = {
  topic: (type, content) => (type === "stream" ? `stream.${String(content["name"])}` : type),
  metadata: () => ({}),
};
