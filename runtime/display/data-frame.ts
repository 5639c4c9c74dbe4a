import type { JsonObject, JsonValue } from "../../protocol/json.ts";

/** Rows of a data frame that are shown, and that viewers of tables get. */
const rows = { shown: 10, sent: 50 };

/** What nodejs-polars and its like have in common. */
interface DataFrameLike {
  readonly schema: Readonly<Record<string, unknown>>;
  head(rows: number): DataFrameLike;
  toRecords(): readonly Readonly<Record<string, unknown>>[];
}

/** A table as HTML and as tabular data resource; `undefined` where the value is no data frame. */
export function dataFrameBundle(value: object): JsonObject | undefined {
  if (!isDataFrame(value)) return undefined;
  const columns = Object.keys(value.schema);
  const records = value.head(rows.sent).toRecords();
  const fields = columns.map((name) => ({ name, type: fieldType(records.map((record) => record[name])) }));
  return {
    "application/vnd.dataresource+json": { schema: { fields }, data: records as unknown as JsonValue },
    "text/html": table(columns, records.slice(0, rows.shown)),
  };
}

function isDataFrame(value: object): value is DataFrameLike {
  if (!("schema" in value && "head" in value && "toRecords" in value)) return false;
  const { schema, head, toRecords } = value;
  return typeof schema === "object" && schema !== null && typeof head === "function" && typeof toRecords === "function";
}

/** Type of a field in a Table Schema, by the column's values. */
function fieldType(values: readonly unknown[]): string {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length > 0 && known.every((value) => typeof value === "boolean")) return "boolean";
  if (known.length > 0 && known.every(Number.isInteger)) return "integer";
  if (known.length > 0 && known.every((value) => typeof value === "number")) return "number";
  return "string";
}

function table(columns: readonly string[], records: readonly Readonly<Record<string, unknown>>[]): string {
  const head = columns.map((name) => `<th>${escapeHtml(name)}</th>`).join("");
  const body = records.map((record) => {
    const cells = columns.map((name) => `<td>${escapeHtml(String(record[name]))}</td>`);
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
