import { inspect } from "node:util";
import { type JsonObject, type JsonValue, parseJson } from "../../protocol/json.ts";
import { inspectSafely } from "./inspect-safely.ts";
import { picture } from "./pictures.ts";

/** Method by which an object brings its own MIME bundle; the symbol is Deno's. */
export const $display = Symbol.for("Jupyter.display");

/**
 * How a value is shown: its own bundle, a picture of what it is known to be, or its text.
 * Never rejects: a value that cannot be shown says so.
 * @returns the empty object for `undefined`: nothing is shown
 */
export async function mimeBundle(value: unknown): Promise<JsonObject> {
  if (value === undefined) return {};
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return text(inspectSafely(value));
  try {
    const bundle = await ownBundle(value);
    if (bundle) return bundle;
  } catch (error) {
    return text(`${inspectSafely(value)}\n(its display threw ${inspectSafely(error)})`);
  }
  try {
    return picture(value) ?? text(inspectSafely(value));
  } catch {
    // It only looked like something known.
    return text(inspectSafely(value));
  }
}

const text = (plain: string): JsonObject => ({ "text/plain": plain });

async function ownBundle(value: object): Promise<JsonObject | undefined> {
  const method: unknown = Reflect.get(value, $display);
  if (typeof method !== "function") return undefined;
  const bundle: unknown = await Reflect.apply(method, value, []);
  if (typeof bundle !== "object" || bundle === null)
    throw new TypeError(`[Symbol.for("Jupyter.display")] gave ${inspect(bundle)}, not an object of MIME types`);
  return Object.fromEntries(Object.entries(bundle).map(([type, content]) => [type, jsonContent(content)]));
}

/** Bytes travel as base64, all else as JSON. */
function jsonContent(content: unknown): JsonValue | undefined {
  if (content instanceof Uint8Array) return Buffer.from(content).toString("base64");
  if (typeof content === "string") return content;
  const written: unknown = content === undefined ? undefined : JSON.stringify(content);
  return typeof written === "string" ? (parseJson(written) as JsonValue) : undefined;
}
