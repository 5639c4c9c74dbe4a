import type Database from "libsql";
import { type MsgId, msgId } from "../../../protocol/ids.ts";
import type { Packer } from "../../../protocol/packer.ts";
import { joinFrames } from "../../../transport/joined-frames.ts";
import { matches } from "../matches.ts";
import { keysOf, parseQuery, type Query } from "../query.ts";
import { selectKeys } from "../records/record-fields.ts";
import { columnText, patchesOf, type RecordPatch } from "../records/record-patch.ts";
import type { RecordChange, TaskDb, TaskRecord } from "../task-db.ts";
import { sqlCondition } from "./sql-query.ts";
import { SqliteColumns, type SqlValue } from "./sqlite-columns.ts";
import { explainSqlite, openSqliteFile } from "./sqlite-file.ts";
import { type RetentionLimits, SqliteRetention } from "./sqlite-retention.ts";
import { openTable, quoted, selected, upsert } from "./sqlite-table.ts";

export interface SqliteDbOptions {
  readonly file: string;
  readonly table: string;
  readonly packer: Packer;
  readonly retention: RetentionLimits;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** SQLite itself ends at a billion bytes a row, which holds a request and its answer. */
const mostBufferBytes = 400_000_000;

/**
 * Records in a SQLite file. What was written is there after a `kill -9`. Blocks its thread while it reads and writes:
 * `worker-task-db.ts` gives it one of its own.
 */
export class SqliteDb implements TaskDb {
  readonly #options: SqliteDbOptions;
  readonly #now: () => number;
  readonly #db: Database.Database;
  /** As SQL writes it. */
  readonly #table: string;
  readonly #retention: SqliteRetention;
  /** By the columns that they set. */
  readonly #upserts = new Map<string, Database.Statement>();

  /** @throws when the file cannot be used; the message names it and the next step */
  constructor(options: SqliteDbOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    try {
      this.#db = openSqliteFile(options.file);
      const table = openTable(this.#db, options.table);
      this.#table = quoted(table);
      this.#retention = new SqliteRetention(this.#db, table, options.retention);
      this.#retention.enforce(this.#now());
    } catch (cause) {
      throw new Error(`Cannot use the task database ${options.file}: ${explainSqlite(cause)}.`, { cause });
    }
  }

  async write(changes: readonly RecordChange[]): Promise<void> {
    const patches = patchesOf(changes, { packer: this.#options.packer, mostBufferBytes });
    const recorded = new Date(this.#now()).toISOString();
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      for (const patch of patches) this.#upsert(patch, recorded);
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
    this.#retention.enforce(this.#now());
  }

  async find(query: Query, keys?: readonly string[]): Promise<readonly TaskRecord[]> {
    const { fields, withBuffers, withResultBuffers } = selectKeys(keys);
    const { sql, parameters, isExact } = sqlCondition(query);
    const columns = new SqliteColumns([...fields, ...(isExact ? [] : keysOf(query))], {
      withBuffers,
      withResultBuffers,
    });
    const rows = this.#all(
      `SELECT ${columns.sql} FROM ${this.#table} WHERE ${sql} ORDER BY submitted NULLS LAST, rowid`,
      parameters,
    );
    return rows
      .map((row) => columns.read(row))
      .filter(({ values }) => isExact || matches((key) => values.get(key) ?? null, query))
      .map(({ values, buffers, result_buffers }) => ({
        fields: Object.fromEntries(fields.map((key) => [key, values.get(key) ?? null])),
        buffers,
        result_buffers,
      }));
  }

  async history(): Promise<readonly MsgId[]> {
    const order = "WHERE submitted IS NOT NULL ORDER BY submitted, rowid";
    return this.#all(`SELECT ${selected("msg_id")} FROM ${this.#table} ${order}`, []).map(([id]) => msgId(String(id)));
  }

  async remove(query: Query): Promise<void> {
    const { sql, parameters, isExact } = sqlCondition(query);
    if (isExact) this.#db.prepare(`DELETE FROM ${this.#table} WHERE ${sql}`).run([...parameters]);
    else {
      const ids = (await this.find(query, ["msg_id"])).map(({ fields }) => fields["msg_id"] ?? null);
      await this.remove(parseQuery({ msg_id: { $in: ids } }));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#db.open) this.#db.close();
  }

  #all(sql: string, parameters: readonly (string | number)[]): SqlValue[][] {
    return this.#db
      .prepare(sql)
      .raw()
      .all([...parameters]) as SqlValue[][];
  }

  #upsert(patch: RecordPatch, recorded: string): void {
    const columns = ["recorded"];
    // One array for all values: libsql takes a lone Buffer for named parameters, and aborts.
    const values: SqlValue[] = [recorded];
    const set = (column: string, value: SqlValue) => {
      columns.push(column);
      values.push(value);
    };
    for (const [key, value] of patch.fields) set(key, columnText(key, value));
    for (const kind of ["buffer", "result_buffer"] as const) {
      const frames = patch[`${kind}s`];
      if (!frames) continue;
      const { bytes, lengths } = joinFrames(frames);
      set(`${kind}s`, bytes);
      set(`${kind}_lengths`, JSON.stringify(lengths));
    }
    this.#upsertOf(columns).run(values);
  }

  #upsertOf(columns: readonly string[]): Database.Statement {
    const key = columns.join();
    const known = this.#upserts.get(key);
    if (known) return known;
    const statement = this.#db.prepare(upsert(this.#table, columns));
    this.#upserts.set(key, statement);
    return statement;
  }
}
