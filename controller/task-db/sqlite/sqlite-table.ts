import type Database from "libsql";
import { type FieldKey, kindOf, recordKeys } from "../records/record-keys.ts";
import { cutNote, mostOutput } from "../records/record-state.ts";

/** Readable with any SQLite: dicts are JSON, times ISO-8601, frames lie end to end with their lengths beside them. */
const columns: readonly (readonly [name: string, type: string])[] = [
  ...recordKeys.map((key) => [key, typeOf(key)] as const),
  ["buffer_lengths", "TEXT"],
  ["result_buffer_lengths", "TEXT"],
  /** When the row was last written, here. */
  ["recorded", "TEXT"],
];

function typeOf(key: (typeof recordKeys)[number]): string {
  if (key === "msg_id") return "TEXT PRIMARY KEY";
  if (key === "stdout" || key === "stderr") return "TEXT NOT NULL DEFAULT ''";
  // Of no type, so that numbers stay numbers.
  if (key === "label") return "";
  return kindOf(key) === "buffers" ? "BLOB" : "TEXT";
}

const indexed = ["submitted", "completed", "recorded"] as const;

/** A name as SQL writes it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Makes the table unless it is there. Where a table of that name has another shape, as ipyparallel's own has, `_1`,
 * `_2` … is put behind the name.
 * @returns the name
 */
export function openTable(db: Database.Database, wanted: string): string {
  for (let number = 0; ; number++) {
    const name = number === 0 ? wanted : `${wanted}_${number}`;
    const shape = columnsOf(db, name);
    if (shape.length > 0 && shape.join() !== ourShape) continue;
    db.exec(`CREATE TABLE IF NOT EXISTS ${quoted(name)} (${columns.map((column) => column.join(" ")).join(", ")})`);
    for (const column of indexed)
      db.exec(`CREATE INDEX IF NOT EXISTS ${quoted(`${name} ${column}`)} ON ${quoted(name)} (${column})`);
    return name;
  }
}

const ourShape = columns.map(([name, type]) => `${name} ${type.split(" ")[0]}`.trim()).join();

function columnsOf(db: Database.Database, table: string): string[] {
  const rows = db.prepare("SELECT name, type FROM pragma_table_info(?)").raw().all([table]) as [string, string][];
  return rows.map(([name, type]) => `${name} ${type}`.trim());
}

/**
 * Adds a row or sets some columns of the one that is there; output is appended, up to a bound.
 * @param table quoted
 */
export function upsert(table: string, given: readonly string[]): string {
  const sets = given
    .filter((column) => column !== "msg_id")
    .map(
      (column) => `${column} = ${column === "stdout" || column === "stderr" ? appended(column) : `excluded.${column}`}`,
    );
  return `INSERT INTO ${table} AS old (${given.join(", ")}) VALUES (${given.map(() => "?").join(", ")})
    ON CONFLICT (msg_id) DO UPDATE SET ${sets.join(", ")}`;
}

function appended(column: string): string {
  const whole = `old.${column} || excluded.${column}`;
  return `CASE
    WHEN length(old.${column}) > ${mostOutput} THEN old.${column}
    WHEN length(${whole}) > ${mostOutput} THEN substr(${whole}, 1, ${mostOutput}) || '${cutNote}'
    ELSE ${whole} END`;
}

/** What is read of a column: libsql ends a text at its first NUL, so that texts are read as bytes. */
export const selected = (column: FieldKey): string => (column === "label" ? column : `CAST(${column} AS BLOB)`);
