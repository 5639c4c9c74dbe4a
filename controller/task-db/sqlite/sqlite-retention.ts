import type Database from "libsql";
import { quoted } from "./sqlite-table.ts";

export interface RetentionLimits {
  /** Records that were last touched longer ago are removed; 0 = never. */
  readonly days: number;
  /** What the file may take before the oldest records are removed; 0 = no limit. */
  readonly bytes: number;
}

/** Age is looked at this often, size with every batch. */
const agePeriodMs = 10 * 60_000;
/** How much of the size limit is left when records had to go. */
const keptPart = 0.9;
const rowsAtOnce = 200;

/** Removes old records from a table and gives their space back to the file system. Never a pending one. */
export class SqliteRetention {
  readonly #db: Database.Database;
  readonly #limits: RetentionLimits;
  readonly #removeOlder: Database.Statement;
  readonly #removeOldest: Database.Statement;
  #nextAgeMs = 0;

  constructor(db: Database.Database, table: string, limits: RetentionLimits) {
    this.#db = db;
    this.#limits = limits;
    const isSettled = "(completed IS NOT NULL OR queue IS NULL)";
    this.#removeOlder = db.prepare(`DELETE FROM ${quoted(table)} WHERE recorded < ? AND ${isSettled}`);
    this.#removeOldest = db.prepare(`DELETE FROM ${quoted(table)} WHERE rowid IN
      (SELECT rowid FROM ${quoted(table)} WHERE ${isSettled} ORDER BY recorded LIMIT ${rowsAtOnce})`);
  }

  /** @param nowMs milliseconds since 1970 */
  enforce(nowMs: number): void {
    const removed = this.#enforceAge(nowMs) + this.#enforceSize();
    if (removed > 0) this.#shrink();
  }

  #enforceAge(nowMs: number): number {
    const { days } = this.#limits;
    if (days === 0 || nowMs < this.#nextAgeMs) return 0;
    this.#nextAgeMs = nowMs + agePeriodMs;
    return this.#removeOlder.run([new Date(nowMs - days * 86_400_000).toISOString()]).changes;
  }

  #enforceSize(): number {
    const { bytes } = this.#limits;
    if (bytes === 0 || this.#usedBytes() <= bytes) return 0;
    let removed = 0;
    while (this.#usedBytes() > bytes * keptPart) {
      const { changes } = this.#removeOldest.run([]);
      if (changes === 0) break;
      removed += changes;
    }
    return removed;
  }

  #usedBytes(): number {
    return (this.#pragma("page_count") - this.#pragma("freelist_count")) * this.#pragma("page_size");
  }

  /** A file that another program made may know no incremental vacuum: it is rewritten once a quarter of it is free. */
  #shrink(): void {
    if (this.#pragma("auto_vacuum") === 2) this.#db.exec("PRAGMA incremental_vacuum");
    else if (this.#pragma("freelist_count") * 4 > this.#pragma("page_count")) this.#db.exec("VACUUM");
  }

  #pragma(name: string): number {
    const [row] = this.#db.prepare(`SELECT * FROM pragma_${name}`).raw().all([]) as [number][];
    return row?.[0] ?? 0;
  }
}
