import { systemClock, wireDate } from "./clock.ts";
import {
  delimiter,
  type Envelope,
  emptyDict,
  type Header,
  InvalidMessage,
  openEnvelope,
  parseDict,
  parseParent,
} from "./envelope.ts";
import type { SessionId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
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
  readonly username?: string;
  readonly pid?: number;
  /** Milliseconds since 1970, fractions welcome. */
  readonly now?: () => number;
}

/** How many signatures a session remembers at least, as jupyter_client does. */
const rememberedSignatures = 65_536;

/** One party's identity on the wire: makes headers, signs what goes out, verifies what comes in. */
export class Session {
  readonly id: SessionId;
  readonly signer: Signer;
  readonly #username: string;
  readonly #pid: number;
  readonly #now: () => number;
  readonly #seen = new RecentMap<string, true>(rememberedSignatures);
  #counter = 0;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.signer = options.signer;
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

  /** Frames of a message, ready to send. Buffers are not copied. */
  pack(message: Outgoing): Buffer[] {
    const header = message.header ?? this.header(message.type);
    const signed = [encode(header), encode(message.parent), encode(message.metadata), encode(message.content)];
    const signature = Buffer.from(this.signer.sign(signed), "latin1");
    return [...(message.idents ?? []), delimiter, signature, ...signed, ...(message.buffers ?? [])];
  }

  /** @throws {InvalidMessage} when malformed, badly signed or seen before */
  unpack(frames: readonly Buffer[]): Message {
    return this.read(openEnvelope(frames, this.signer));
  }

  /** Parses the rest of an opened envelope and refuses a signature that came before. */
  read(envelope: Envelope): Message {
    this.#refuseReplay(envelope.signature);
    return {
      idents: envelope.idents,
      header: envelope.header,
      parent: parseParent(envelope.parentFrame),
      metadata: parseDict(envelope.metadataFrame, "metadata"),
      content: parseDict(envelope.contentFrame, "content"),
      buffers: envelope.buffers,
    };
  }

  #refuseReplay(signature: string): void {
    if (!this.signer.isEnabled) return;
    if (this.#seen.has(signature)) throw new InvalidMessage("the signature was used before (replayed message)");
    this.#seen.set(signature, true);
  }
}

function encode(dict: JsonObject | undefined): Buffer {
  return dict === undefined ? emptyDict : Buffer.from(JSON.stringify(dict), "utf8");
}
