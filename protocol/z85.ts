/** ZeroMQ's Base85 (RFC 32): five characters for four bytes, none of which needs quoting. */
const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/** Whether a text is 32 bytes in Z85, as a CURVE key is. */
export function isZ85Key(text: string): boolean {
  return text.length === 40 && [...text].every((character) => alphabet.includes(character));
}

/** @param text of a length divisible by five */
export function decodeZ85(text: string): Buffer {
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let at = 0; at < text.length; at += 5) {
    const digits = [...text.slice(at, at + 5)].map((character) => alphabet.indexOf(character));
    bytes.writeUInt32BE(digits.reduce((value, digit) => value * 85 + digit) >>> 0, (at / 5) * 4);
  }
  return bytes;
}

/** @param bytes of a length divisible by four */
export function encodeZ85(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    const value = bytes.readUInt32BE(at);
    for (let power = 85 ** 4; power >= 1; power /= 85) text += alphabet[Math.floor(value / power) % 85];
  }
  return text;
}
