import { createPrivateKey, createPublicKey } from "node:crypto";
import { curveKeyPair } from "zeromq";
import { decodeZ85, encodeZ85 } from "../protocol/z85.ts";

/** Key pair of one side of CURVE (ZeroMQ RFC 26), each key 40 characters of Z85. */
export interface CurveKeys {
  readonly publicKey: string;
  readonly secretKey: string;
}

/**
 * How the connections of a socket are encrypted. A *server* is the side that binds: it accepts whoever knows its public
 * key. A *client* knows that key from the connection file and proves nothing else of itself.
 */
export type Curve =
  | { readonly side: "server"; readonly secretKey: string }
  | { readonly side: "client"; readonly serverKey: string };

export const newCurveKeys = (): CurveKeys => curveKeyPair();

/** The public key that belongs to a secret one: both are X25519 keys. */
export function publicKeyOf(secretKey: string): string {
  const der = Buffer.concat([x25519Prefix, decodeZ85(secretKey)]);
  const secret = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(secret).export({ format: "der", type: "spki" });
  return encodeZ85(spki.subarray(-32));
}

/** What comes before the 32 bytes of an X25519 secret key in PKCS #8 (RFC 8410). */
const x25519Prefix = Buffer.from("302e020100300506032b656e04220420", "hex");

/** For connecting, by the server key that a connection file names, if it does. */
export const curveClient = (serverKey: string | null): Curve | undefined =>
  serverKey ? { side: "client", serverKey } : undefined;

/** Who this process is where it connects: a pair that is thrown away with it. */
let ownKeys: CurveKeys | undefined;

/** Options of a zeromq socket. */
export function curveOptions(curve: Curve | undefined) {
  if (!curve) return {};
  if (curve.side === "server") return { curveServer: true, curveSecretKey: curve.secretKey };
  ownKeys ??= newCurveKeys();
  const { publicKey: curvePublicKey, secretKey: curveSecretKey } = ownKeys;
  return { curveServerKey: curve.serverKey, curvePublicKey, curveSecretKey };
}
