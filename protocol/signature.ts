import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";

/**
 * Signs and checks the four signed frames of a message: header, parent header, metadata, content
 * (Jupyter messaging 5.4, "The wire protocol"). With an empty key nothing is signed or checked.
 */
export class Signer {
  /** Made once: Node 24 takes 8 µs a signature more when it gets the raw bytes. */
  readonly #key: KeyObject | undefined;
  readonly #hash: string;

  /** @param scheme `hmac-<hash>`, for example `hmac-sha256` */
  constructor(key: string, scheme = "hmac-sha256") {
    if (!scheme.startsWith("hmac-")) throw new RangeError(`Unknown signature scheme "${scheme}": use hmac-sha256.`);
    this.#key = key === "" ? undefined : createSecretKey(key, "utf8");
    this.#hash = scheme.slice("hmac-".length);
  }

  get isEnabled(): boolean {
    return this.#key !== undefined;
  }

  /** Lower-case hex digest of the concatenated frames; empty when signing is off. */
  sign(frames: readonly Buffer[]): string {
    if (!this.#key) return "";
    const hmac = createHmac(this.#hash, this.#key);
    for (const frame of frames) hmac.update(frame);
    return hmac.digest("hex");
  }

  /** Compares in constant time. */
  verify(frames: readonly Buffer[], signature: Buffer | string): boolean {
    if (!this.isEnabled) return true;
    const expected = Buffer.from(this.sign(frames), "latin1");
    const given = typeof signature === "string" ? Buffer.from(signature, "latin1") : signature;
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}
