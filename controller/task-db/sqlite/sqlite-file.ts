import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import Database from "libsql";

/** How long a writer waits for another program that writes the same file. */
const busyMs = 2000;

/** Opens a SQLite file for reading and writing; a new one only its owner can read. The caller closes it. */
export function openSqliteFile(file: string): Database.Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
  const db = new Database(file, { timeout: busyMs });
  try {
    // Has an effect on a new file only.
    db.pragma("auto_vacuum = INCREMENTAL");
    // What is committed outlives the process; a power cut may take the latest batches, but damages nothing.
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What is wrong with a file and what to do, from the code of SQLite or of the system. */
export function explainSqlite(error: unknown): string {
  const code = (error as { readonly code?: unknown }).code;
  const reason = error instanceof Error ? error.message : String(error);
  switch (code) {
    case "SQLITE_NOTADB":
    case "SQLITE_CORRUPT":
      return `${reason}. Move the file away, or name another with --sqlite-filename`;
    case "SQLITE_BUSY":
    case "SQLITE_LOCKED":
      return `${reason}. End the program that holds it, or name another file with --sqlite-filename`;
    default:
      return `${reason}. Name a folder that can be written with --sqlite-location, or use --dictdb`;
  }
}
