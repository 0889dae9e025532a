import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';
import type { BulkPaths, Row } from './dialect.ts';

/** Parameters in one statement: PostgreSQL takes 65,535 and SQLite 32,766; a third of the smaller keeps statements readable. */
const PARAMETERS = 10_000;

/** The columns of a table are checked by the callers' types of row; here they are only names. */
type AnyTables = Record<string, Record<string, unknown>>;
const untyped = (db: Kysely<Tables>): Kysely<AnyTables> => db as unknown as Kysely<AnyTables>;
const pick = (row: Row, columns: readonly string[]): Record<string, unknown> => Object.fromEntries(columns.map((column) => [column, row[column]]));

/** Bulk paths for any database, through Kysely: inserts with many rows a statement, updates and deletes row by row. */
export const portableBulk: BulkPaths = {
  async insert(db, { table, columns, key, update }, rows) {
    const size = Math.max(1, Math.floor(PARAMETERS / columns.length));
    let touched = 0;
    for (let from = 0; from < rows.length; from += size) {
      const insert = untyped(db).insertInto(table).values(rows.slice(from, from + size).map((row) => pick(row, columns)));
      const whole = key.length === 0 ? insert : insert.onConflict((conflict) => {
        const found = conflict.columns([...key]);
        return update.length === 0 ? found.doNothing() : found.doUpdateSet((eb) => Object.fromEntries(update.map((column) => [column, eb.ref(`excluded.${column}`)])));
      });
      const result = await whole.executeTakeFirst();
      touched += Number(result.numInsertedOrUpdatedRows ?? 0n);
    }
    return touched;
  },
  async update(db, { table, key, set }, rows) {
    let touched = 0;
    for (const row of rows) {
      let query = untyped(db).updateTable(table).set(pick(row, set));
      for (const column of key) query = query.where(column, '=', row[column]);
      touched += Number((await query.executeTakeFirst()).numUpdatedRows);
    }
    return touched;
  },
  async remove(db, { table, key }, rows) {
    let touched = 0;
    for (const row of rows) {
      let query = untyped(db).deleteFrom(table);
      for (const column of key) query = query.where(column, '=', row[column]);
      touched += Number((await query.executeTakeFirst()).numDeletedRows);
    }
    return touched;
  },
};
