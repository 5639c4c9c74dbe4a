import { expect, test } from "vitest";
import { can } from "../../../canning/can.ts";
import { CanningError } from "../../../canning/canning-error.ts";
import { seal, unseal } from "../../../canning/seal.ts";
import { Signer } from "../../../protocol/signature.ts";

const signer = new Signer("key");
const value = { a: [1, 2], big: new Float64Array(500) };

test.each(["v8", "msgpack"] as const)("what was sealed opens (%s)", (codec) => {
  const buffers = can(value, { codec });
  expect(unseal(buffers, { canning: seal(buffers, signer, codec) }, signer)).toEqual(value);
});

test("no changed bit of the head is decoded, nor another key's head, nor one without a seal", () => {
  const buffers = can(value);
  const metadata = { canning: seal(buffers, signer, "v8") };
  const [head = Buffer.alloc(0), ...frames] = buffers;
  for (let at = 0; at < head.length; at++) {
    const changed = Buffer.from(head);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => unseal([changed, ...frames], metadata, signer)).toThrow("they are not those that the sender signed");
  }
  expect(() => unseal(buffers, metadata, new Signer("other"))).toThrow(CanningError);
  expect(() => unseal(buffers, {}, signer)).toThrow("the message has no canning");
  expect(() => unseal([], metadata, signer)).toThrow(CanningError);
});

test("a newer format and an unknown codec are refused by name", () => {
  const buffers = can(value);
  const canning = seal(buffers, signer, "v8");
  expect(() => unseal(buffers, { canning: { ...canning, version: 99 } }, signer)).toThrow(
    'the sender writes version 99 of "v8"',
  );
  expect(() => unseal(buffers, { canning: { ...canning, codec: "pickle" } }, signer)).toThrow(
    'codec "pickle" is unknown here',
  );
  expect(() => unseal(buffers, { canning: { ...canning, codec: "msgpack", version: 1 } }, signer)).toThrow(
    'it was written by "v8"',
  );
});
