import { expect, test } from "vitest";
import { earlierKeys, isEncrypted, serverKeys } from "../../../../controller/security/server-keys.ts";
import { newCurveKeys } from "../../../../transport/curve.ts";

const none = { curve: undefined, curvePublickey: undefined, curveSecretkey: undefined };
const { publicKey, secretKey } = newCurveKeys();
const given = { ...none, curveSecretkey: secretKey };

test("what other machines can reach is encrypted unless told otherwise", () => {
  expect(isEncrypted(none, true)).toBe(false);
  expect(isEncrypted(none, false)).toBe(true);
  expect(isEncrypted({ ...none, curve: false }, false)).toBe(false);
  expect(isEncrypted({ ...none, curve: true }, true)).toBe(true);
  expect(isEncrypted(given, true)).toBe(true);
});

test("a configured secret key brings its public key", () => {
  expect(serverKeys(given)).toEqual({ publicKey, secretKey });
  expect(serverKeys({ ...given, curvePublickey: publicKey })).toEqual({ publicKey, secretKey });
});

test("without configured keys they are new each time", () => {
  expect(serverKeys(none)).not.toEqual(serverKeys(none));
});

test("keys that are none, or do not belong together, are refused by the option's name", () => {
  expect(() => serverKeys({ ...none, curvePublickey: publicKey })).toThrow("--curve-secretkey");
  expect(() => serverKeys({ ...none, curveSecretkey: "~".repeat(40) })).toThrow("Z85");
  expect(() => serverKeys({ ...given, curvePublickey: newCurveKeys().publicKey })).toThrow("--curve-publickey");
});

test("earlier connection files are used again only with the encryption that is wanted now", () => {
  const file = "/nowhere/ipcontroller-curve.json";
  expect(earlierKeys(none, { serverKey: null, isLocal: true, file })).toBeUndefined();
  expect(earlierKeys(given, { serverKey: publicKey, isLocal: false, file })).toEqual({ publicKey, secretKey });
  expect(() => earlierKeys(none, { serverKey: null, isLocal: false, file })).toThrow("--no-curve");
  expect(() => earlierKeys({ ...none, curve: false }, { serverKey: publicKey, isLocal: false, file })).toThrow(
    "--no-curve",
  );
  expect(() => earlierKeys(none, { serverKey: publicKey, isLocal: false, file })).toThrow(file);
});
