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
    if (typeof next === "string") bytes += next.length;
    else if (typeof next !== "object" || next === null) bytes += 8;
    else if (!seen.has(next)) {
      seen.add(next);
      bytes += 8 + ownBytes(next);
      if (!ArrayBuffer.isView(next)) for (const part of parts(next)) waiting.push(part);
    }
  }
  return bytes;
}

function ownBytes(object: object): number {
  return ArrayBuffer.isView(object) || object instanceof ArrayBuffer ? object.byteLength : 0;
}

function parts(object: object): readonly unknown[] {
  if (Array.isArray(object)) return object;
  if (object instanceof Map) return [...object].flat();
  if (object instanceof Set) return [...object];
  return Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([key, property]) => [key, property.value as unknown]);
}
