import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { sessionId } from "../../protocol/ids.ts";
import { readPrivateFile } from "../../transport/private-file.ts";
import type { ControllerOptions } from "../options.ts";

/**
 * The key that signs messages; empty = none. Where CURVE keeps strangers out, messages are only signed when a key is
 * configured, as with ipyparallel's controller (wire protocol §17).
 * @throws naming the key file when it is empty, or others than its owner can read it
 */
export function sessionKey(
  { secure, key, keyfile }: Pick<ControllerOptions, "secure" | "key" | "keyfile">,
  isEncrypted: boolean,
): string {
  if (!secure) return "";
  // Before the key, which may be the environment's.
  if (keyfile !== undefined) return keyIn(keyfile);
  return key ?? (isEncrypted ? "" : sessionId(randomBytes(16)));
}

function keyIn(file: string): string {
  if (!existsSync(file)) throw new Error(`There is no key file ${file}: write a key into it, or leave out --keyfile.`);
  const key = readPrivateFile(file).replace(/\r?\n$/, "");
  if (key === "") throw new Error(`The key file ${file} is empty: write a key into it, or leave out --keyfile.`);
  return key;
}
