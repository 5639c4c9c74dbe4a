import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "../../../protocol/json.ts";
import { type FieldKey, kindOf } from "../records/record-keys.ts";
import type { RecordPatch } from "../records/record-patch.ts";

/** A document holds 16 MB; a field that takes more than this is not recorded. */
const mostFieldBytes = 2 << 20;
/** BSON ends at a hundred levels. */
const deepestNesting = 80;

/** Fields as a document holds them: dicts as documents, so that MongoDB's own tools can look into them. */
export const documentFields = ({ fields }: RecordPatch): { [key: string]: JsonValue } =>
  Object.fromEntries([...fields].map(([key, value]) => [key, stored(key, value)]));

function stored(key: FieldKey, value: JsonValue): JsonValue {
  if (typeof value === "string") return value.length > mostFieldBytes ? value.slice(0, mostFieldBytes) : value;
  if (!isJsonObject(value)) return value;
  const text = JSON.stringify(value);
  if (text.length > mostFieldBytes) return tooLarge(key, text.length);
  return isDocument(value, 0) ? value : text;
}

function tooLarge(key: FieldKey, bytes: number): JsonObject {
  const evalue = `The ${Math.ceil(bytes / 2 ** 20)} MB of ${key} are too large for the task database`;
  return { status: "error", ename: "ResultNotRecorded", evalue, traceback: [], engine_info: {} };
}

/** Whether every MongoDB takes it as it is and gives it back the same. What it would not is stored as JSON text. */
function isDocument(value: JsonValue | undefined, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth > deepestNesting) return false;
  return Object.entries(value).every(([key, item]) => isPlainKey(key) && isDocument(item, depth + 1));
}

/** The driver takes an object with `_bsontype` for one of its own. */
const isPlainKey = (key: string): boolean => !/^$|^\$|[.\0]|^_bsontype$|^__proto__$/.test(key);

/** A document's field as records have it. */
export function readDocument(document: { readonly [key: string]: unknown }, key: FieldKey): JsonValue {
  const value = (document[key] ?? null) as JsonValue;
  if (kindOf(key) !== "dict" || typeof value !== "string") return value;
  const dict = parseJson(value);
  return isJsonObject(dict) ? dict : {};
}
