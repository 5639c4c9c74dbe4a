import { type JsonObject, parseJson } from "./json.ts";

/** How a session writes and reads the four dicts of a message: header, parent header, metadata and content. */
export interface Packer {
  readonly name: PackerName;
  encode(dict: JsonObject): Buffer;
  /**
   * What stands in a frame, of the types that JSON has. A key `__proto__` never sets a prototype.
   * @throws when the frame is damaged or nested deeper than {@link deepestNesting}
   */
  decode(frame: Buffer): unknown;
}

export const packerNames = ["json", "msgpack"] as const;
export type PackerName = (typeof packerNames)[number];

/** Levels of nesting that are read; Python's own reader ends there too. What passes can be written again, and walked. */
export const deepestNesting = 1000;

/** Jupyter's own packer, and the default. `JSON.parse` makes a key `__proto__` a property as any other. */
export const jsonPacker: Packer = {
  name: "json",
  encode: (dict) => Buffer.from(JSON.stringify(dict), "utf8"),
  decode: (frame) => {
    if (frame.length === 2 && frame[0] === 0x7b) return {};
    // Shorter frames cannot be nested too deeply: a level takes two bytes.
    if (frame.length > 2 * deepestNesting && nesting(frame) > deepestNesting)
      throw new RangeError(`more than ${deepestNesting} levels of nesting`);
    return parseJson(frame);
  },
};

const [quote, backslash] = [0x22, 0x5c];
/** What a byte outside strings adds to the level. */
const steps = new Int8Array(256);
for (const open of Buffer.from("[{")) steps[open] = 1;
for (const close of Buffer.from("]}")) steps[close] = -1;

/** Deepest level of brackets outside strings; about a nanosecond a byte. */
function nesting(frame: Buffer): number {
  let [level, deepest] = [0, 0];
  for (let at = 0; at < frame.length; at++) {
    const byte = frame[at] ?? 0;
    if (byte === quote) at = endOfString(frame, at);
    level += steps[byte] ?? 0;
    if (level > deepest) deepest = level;
  }
  return deepest;
}

/** @param start where its opening quote is */
function endOfString(frame: Buffer, start: number): number {
  for (let end = start; ; ) {
    end = frame.indexOf(quote, end + 1);
    if (end < 0) return frame.length;
    let escapes = 0;
    while (frame[end - 1 - escapes] === backslash) escapes++;
    if (escapes % 2 === 0) return end;
  }
}
