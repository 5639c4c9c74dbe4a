import { systemClock, wireDate } from "./clock.ts";
import {
  type Dialect,
  delimiter,
  type Envelope,
  findExcess,
  type Header,
  InvalidMessage,
  openEnvelope,
  parseDict,
  parseParent,
  ReplayedMessage,
} from "./envelope.ts";
import type { SessionId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { jsonPacker, type Packer } from "./packer.ts";
import { RecentMap } from "./recent-map.ts";
import type { Signer } from "./signature.ts";

/** A received message, verified and parsed. */
export interface Message {
  readonly idents: readonly Buffer[];
  readonly header: Header;
  readonly parent: Header | undefined;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly buffers: readonly Buffer[];
}

/** A message to be sent; what is left out is empty. */
export interface Outgoing {
  readonly type: string;
  readonly content?: JsonObject;
  /** Header of the message that this one answers. */
  readonly parent?: Header | undefined;
  readonly metadata?: JsonObject;
  readonly buffers?: readonly Buffer[];
  readonly idents?: readonly Buffer[];
  /** A header made before by `Session.header`, when its `msg_id` had to be known first. */
  readonly header?: Header;
}

export interface SessionOptions {
  readonly id: SessionId;
  readonly signer: Signer;
  /** JSON unless given. */
  readonly packer?: Packer;
  readonly username?: string;
  readonly pid?: number;
  /** Milliseconds since 1970, fractions welcome. */
  readonly now?: () => number;
}

/** How many signatures a session remembers at least, as jupyter_client does. */
const rememberedSignatures = 65_536;

/** One party's identity on the wire: makes headers, signs what goes out, verifies what comes in. */
export class Session implements Dialect {
  readonly id: SessionId;
  readonly signer: Signer;
  readonly packer: Packer;
  readonly #empty: Buffer;
  readonly #username: string;
  readonly #pid: number;
  readonly #now: () => number;
  readonly #seen = new RecentMap<string, true>(rememberedSignatures);
  #counter = 0;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.signer = options.signer;
    this.packer = options.packer ?? jsonPacker;
    this.#empty = this.packer.encode({});
    this.#username = options.username ?? "user";
    this.#pid = options.pid ?? 0;
    this.#now = options.now ?? systemClock;
  }

  /** A fresh header. `version` must be 5.x: without it Python peers assume protocol 4. */
  header(type: string): Header {
    return {
      msg_id: `${this.id}_${this.#pid}_${this.#counter++}`,
      msg_type: type,
      username: this.#username,
      session: this.id,
      date: wireDate(this.#now()),
      version: "5.4",
    };
  }

  /**
   * Frames of a message, ready to send. Buffers are not copied.
   * @throws {InvalidMessage} where the other side would refuse it for its length
   */
  pack(message: Outgoing): Buffer[] {
    const header = this.#encode(message.header ?? this.header(message.type));
    const [parent, metadata] = [this.#encode(message.parent), this.#encode(message.metadata)];
    const excess = findExcess(header, parent, metadata);
    if (excess !== undefined) throw new InvalidMessage(`The message cannot be sent: ${excess}.`);
    const signed = [header, parent, metadata, this.#encode(message.content)];
    const signature = Buffer.from(this.signer.sign(signed), "latin1");
    return [...(message.idents ?? []), delimiter, signature, ...signed, ...(message.buffers ?? [])];
  }

  /** @throws {InvalidMessage} when malformed or badly signed; {ReplayedMessage} when seen before */
  unpack(frames: readonly Buffer[]): Message {
    return this.read(openEnvelope(frames, this));
  }

  /** Parses the rest of an opened envelope and refuses a signature that came before. */
  read(envelope: Envelope): Message {
    this.#refuseReplay(envelope.signature);
    return {
      idents: envelope.idents,
      header: envelope.header,
      parent: parseParent(envelope.parentFrame, this.packer),
      metadata: parseDict(envelope.metadataFrame, "metadata", this.packer),
      content: parseDict(envelope.contentFrame, "content", this.packer),
      buffers: envelope.buffers,
    };
  }

  #refuseReplay(signature: string): void {
    if (!this.signer.isEnabled) return;
    if (this.#seen.has(signature)) throw new ReplayedMessage("the signature was used before (replayed message)");
    this.#seen.set(signature, true);
  }

  #encode(dict: JsonObject | undefined): Buffer {
    return dict === undefined ? this.#empty : this.packer.encode(dict);
  }
}
