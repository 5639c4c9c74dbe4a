import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDict } from "../../../protocol/envelope.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { msgpackPacker } from "../../../protocol/msgpack-packer.ts";
import { openPacker } from "../../../protocol/open-packer.ts";
import { deepestNesting, jsonPacker } from "../../../protocol/packer.ts";

const packers = [jsonPacker, msgpackPacker];

/** What Python's `msgpack.packb` writes of it. */
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

for (const packer of packers) {
  const { name } = packer;

  test(`${name}: what JSON can hold comes back as it was`, () => {
    const dict = fc
      .dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ noUnicodeString: false }))
      .filter((value) => !JSON.stringify(value).includes("__proto__"));
    fc.assert(
      fc.property(dict, (value) => {
        const plain = JSON.parse(JSON.stringify(value).replaceAll("-0", "0")) as JsonObject;
        expect(packer.decode(packer.encode(plain))).toEqual(plain);
      }),
    );
  });

  test(`${name}: undefined is left out, and what is no number is null`, () => {
    const dict = packer.encode({ a: undefined, b: Number.NaN, c: [Number.POSITIVE_INFINITY], d: null });

    expect(packer.decode(dict)).toEqual({ b: null, c: [null], d: null });
  });

  test(`${name}: damaged frames are refused as invalid messages and nothing else`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parseDict(Buffer.from(bytes), "content", packer);
        } catch (error) {
          expect(error).toMatchObject({ name: "InvalidMessage" });
        }
      }),
      { numRuns: 2000 },
    );
  });

  test(`${name}: nesting is read to a certain depth`, () => {
    const nested = (levels: number): JsonObject => {
      let value: JsonObject = {};
      for (let level = 1; level < levels; level++) value = { "[": value };
      return value;
    };
    const frame = packer.encode(nested(deepestNesting));

    expect(packer.encode(parseDict(frame, "content", packer))).toEqual(frame);
    expect(() => parseDict(packer.encode(nested(deepestNesting + 1)), "content", packer)).toThrow("content is not");
  });

  test(`${name}: a key __proto__ sets no prototype`, () => {
    const frames = {
      json: Buffer.from('{"__proto__":{"evil":1}}'),
      msgpack: hex("81 a9 5f5f70726f746f5f5f 81 a4 6576696c 01"),
    };
    let value: unknown;
    try {
      value = packer.decode(frames[name]);
    } catch {
      value = {}; // Refused.
    }

    expect((value as JsonObject)["evil"]).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
}

test("brackets in strings are no nesting", () => {
  const text = `${"[".repeat(3000)}\\"\\\\`;

  expect(jsonPacker.decode(jsonPacker.encode({ text }))).toEqual({ text });
});

test("a million brackets are refused, not followed", () => {
  expect(() => parseDict(Buffer.alloc(1e6, "["), "metadata", jsonPacker)).toThrow("metadata is not JSON");
  expect(() => parseDict(Buffer.alloc(1e6, 0x91), "metadata", msgpackPacker)).toThrow("metadata is not MessagePack");
});

test("msgpack: a dict is written as Python writes it", () => {
  expect(msgpackPacker.encode({ a: 1, b: [true, null, "é"], c: { d: -1 } })).toEqual(
    hex("83 a1 61 01 a1 62 93 c3 c0 a2 c3a9 a1 63 81 a1 64 ff"),
  );
});

test("msgpack: bytes are read as base64, number keys as text", () => {
  expect(msgpackPacker.decode(hex("82 a1 61 c4 02 0102 03 a1 62"))).toEqual({ a: "AQI=", "3": "b" });
});

test("msgpack: extension types are refused", () => {
  expect(() => msgpackPacker.decode(hex("81 a1 61 d6 ff 00000000"))).toThrow("extension");
});

test("packers are found by jupyter_client's names", async () => {
  expect(await openPacker({ pack: "orjson", unpack: "json" }, "x.json")).toBe(jsonPacker);
  expect(await openPacker({ pack: "msgpack", unpack: "msgpack" }, "x.json")).toBe(msgpackPacker);
});

test("an unknown packer is refused naming those that there are", async () => {
  await expect(openPacker({ pack: "pickle", unpack: "pickle" }, "x.json")).rejects.toThrow(
    'x.json: messages are packed with "pickle"; supported are "json" (also "orjson") and "msgpack"',
  );
  await expect(openPacker({ pack: "msgpack", unpack: "json" }, "x.json")).rejects.toThrow('"msgpack" and "json"');
});
