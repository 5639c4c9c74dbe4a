import type { JsonObject, JsonValue } from "../../protocol/json.ts";
import { dataFrameBundle } from "./data-frame.ts";

/** What widespread libraries make, recognised by shape as Deno's kernel does. */
export function picture(value: object): JsonObject | undefined {
  if (value instanceof Uint8Array) return imageBytes(value);
  return canvas(value) ?? vega(value) ?? dataFrameBundle(value) ?? element(value);
}

/** Files of images that notebooks show, by their first bytes. */
const signatures: readonly (readonly [type: string, ...bytes: number[]])[] = [
  ["image/png", 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  ["image/jpeg", 0xff, 0xd8, 0xff],
  ["image/gif", 0x47, 0x49, 0x46, 0x38],
];

function imageBytes(bytes: Uint8Array): JsonObject | undefined {
  const found = signatures.find(([, ...start]) => start.every((byte, index) => bytes[index] === byte));
  return found && { [found[0]]: Buffer.from(bytes).toString("base64") };
}

/** A canvas: `toDataURL()` gives `data:image/png;base64,…`. */
function canvas(value: object): JsonObject | undefined {
  if (!hasMethod(value, "toDataURL")) return undefined;
  const [, type, content] = /^data:([^;,]+);base64,(.*)$/s.exec(String(value.toDataURL())) ?? [];
  return type === undefined || content === undefined ? undefined : { [type]: content };
}

/** A chart of Vega or Vega-Lite: `toSpec()` gives an object whose `$schema` names language and version. */
function vega(value: object): JsonObject | undefined {
  if (!hasMethod(value, "toSpec")) return undefined;
  const spec: unknown = value.toSpec();
  if (typeof spec !== "object" || spec === null || !("$schema" in spec)) return undefined;
  const [, language, version] = /\/schema\/(vega|vega-lite)\/v(\d+)/.exec(String(spec.$schema)) ?? [];
  if (language === undefined) return undefined;
  return { [`application/vnd.${language.replace("-", "")}.v${version}+json`]: spec as JsonValue };
}

/** An element of a DOM, real or imitated. */
function element(value: object): JsonObject | undefined {
  if (!("outerHTML" in value) || typeof value.outerHTML !== "string") return undefined;
  return { [/^<svg[\s>]/i.test(value.outerHTML) ? "image/svg+xml" : "text/html"]: value.outerHTML };
}

/** `in` comes first: reading a property of a view's variables would ask engines for it. */
function hasMethod<Name extends string>(value: object, name: Name): value is Record<Name, () => unknown> {
  return name in value && typeof Reflect.get(value, name) === "function";
}
