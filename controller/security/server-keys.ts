import { existsSync } from "node:fs";
import { z } from "zod";
import { removeUnchanged, writeAtomically } from "../../cli/write-atomically.ts";
import { parseJson } from "../../protocol/json.ts";
import { isZ85Key } from "../../protocol/z85.ts";
import { type CurveKeys, newCurveKeys, publicKeyOf } from "../../transport/curve.ts";
import { readPrivateFile } from "../../transport/private-file.ts";
import type { ControllerOptions } from "../options.ts";

type KeyOptions = Pick<ControllerOptions, "curve" | "curvePublickey" | "curveSecretkey">;

/** Whether connections are encrypted with CURVE: always where other machines can connect, unless told otherwise. */
export function isEncrypted({ curve, curveSecretkey }: KeyOptions, isLocal: boolean): boolean {
  return curve ?? (curveSecretkey !== undefined || !isLocal);
}

/**
 * The configured key pair, else a new one.
 * @throws naming the option when a configured key is none, or the two do not belong together
 */
export function serverKeys({ curvePublickey, curveSecretkey }: KeyOptions): CurveKeys {
  if (curveSecretkey === undefined && curvePublickey === undefined) return newCurveKeys();
  if (curveSecretkey === undefined)
    throw new Error("A CURVE public key is of no use without its secret key: give --curve-secretkey as well.");
  if (!isZ85Key(curveSecretkey))
    throw new Error("The CURVE secret key (--curve-secretkey) is none: it has 40 characters of Z85.");
  const publicKey = publicKeyOf(curveSecretkey);
  if (curvePublickey !== undefined && curvePublickey !== publicKey)
    throw new Error("The CURVE keys do not belong together: leave out --curve-publickey, it follows from the other.");
  return { publicKey, secretKey: curveSecretkey };
}

/** What connection files that are to be used again say about encryption. */
export interface EarlierEncryption {
  /** `null` = none. */
  readonly serverKey: string | null;
  readonly isLocal: boolean;
  /** File that holds the earlier controller's keys. */
  readonly file: string;
}

/**
 * The keys of an earlier controller, `undefined` where it did not encrypt.
 * @throws saying why connection files that name `serverKey` cannot be used again
 */
export function earlierKeys(
  options: KeyOptions,
  { serverKey, isLocal, file }: EarlierEncryption,
): CurveKeys | undefined {
  const isWanted = isEncrypted(options, isLocal);
  if (!serverKey) {
    if (isWanted) throw new Error("they are for connections without encryption (which --no-curve would allow)");
    return undefined;
  }
  if (options.curve === false) throw new Error("they are for encrypted connections, and --no-curve asks for others");
  const keys = options.curveSecretkey === undefined ? readKeys(file) : serverKeys(options);
  if (keys?.publicKey !== serverKey) throw new Error(`the secret key of their curve_serverkey is not in ${file}`);
  return keys;
}

const keysFile = z.object({ publickey: z.string(), secretkey: z.string().refine(isZ85Key) });

function readKeys(file: string): CurveKeys | undefined {
  if (!existsSync(file)) return undefined;
  const read = keysFile.safeParse(parseJson(readPrivateFile(file)));
  return read.success ? { publicKey: read.data.publickey, secretKey: read.data.secretkey } : undefined;
}

const textOf = ({ publicKey, secretKey }: CurveKeys): string =>
  `${JSON.stringify({ publickey: publicKey, secretkey: secretKey }, undefined, 2)}\n`;

/** Keeps keys for a controller that is started again on the same connection files: those hold no secret key. */
export function writeKeys(file: string, keys: CurveKeys): void {
  writeAtomically(file, textOf(keys));
}

/** Removes the file unless it has become that of a controller that was started later. */
export function removeKeys(file: string, keys: CurveKeys): void {
  removeUnchanged(file, textOf(keys));
}
