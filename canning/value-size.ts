/**
 * About how many bytes a value takes when canned; stops counting a little above the limit. Functions count nothing:
 * what they close over is measured variable by variable.
 */
export function valueSize(value: unknown, limit: number): number {
  const seen = new Set<object>();
  const waiting: unknown[] = [value];
  let bytes = 0;
  while (waiting.length > 0 && bytes <= limit) {
    const next = waiting.pop();
    bytes += ownBytes(next);
    if (typeof next !== "object" || next === null || seen.has(next) || ArrayBuffer.isView(next)) continue;
    seen.add(next);
    for (const part of parts(next)) waiting.push(part);
  }
  return bytes;
}

/** A string takes a byte a character as far as it is Latin. */
function ownBytes(value: unknown): number {
  if (typeof value === "string") return value.length;
  return 8 + (ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? value.byteLength : 0);
}

function parts(object: object): readonly unknown[] {
  if (Array.isArray(object)) return object;
  if (object instanceof Map) return [...object].flat();
  if (object instanceof Set) return [...object];
  return Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([key, property]) => [
    key,
    property.value as unknown,
  ]);
}
