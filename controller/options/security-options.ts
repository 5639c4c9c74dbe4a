import { getHashes } from "node:crypto";
import { z } from "zod";

const curveKey = z.string().length(40, "a CURVE key has 40 characters (Z85)").optional();

/** How messages are signed, encrypted and packed. */
export const securityOptions = {
  secure: z.boolean().default(true).describe("Sign messages."),
  key: z.string().optional().describe("Key to sign messages with (default: a new one)."),
  keyfile: z.string().optional().describe("File that holds the key; only its owner may be able to read it."),
  signatureScheme: z
    .string()
    .refine((scheme) => scheme.startsWith("hmac-") && getHashes().includes(scheme.slice("hmac-".length)), {
      error: "write hmac- and the name of a hash, as hmac-sha256",
    })
    .default("hmac-sha256")
    .describe("How messages are signed."),
  curve: z.boolean().optional().describe("Encrypt with CURVE (default: as soon as other machines can connect)."),
  curvePublickey: curveKey.describe("The controller's public key (default: a new one)."),
  curveSecretkey: curveKey.describe("The controller's secret key; better in $IPP_CURVE_SECRETKEY than here."),
  packer: z.enum(["json", "msgpack"]).default("json").describe("How messages are packed."),
  ident: z.string().optional().describe("Id of the controller's session (default: a new one)."),
  username: z.string().optional().describe("User name in the controller's messages."),
};
