export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };
/** A JSON object; a key whose value is `undefined` is left out when written. */
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

/** The only caller of `JSON.parse`: what comes from outside is `unknown` until a schema has read it. */
export function parseJson(text: string | Buffer): unknown {
  return JSON.parse(typeof text === "string" ? text : text.toString("utf8"));
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
