import { sql, type Kysely } from 'kysely';
import type { Tables } from '../schema.ts';
import type { Dialect, TableShape } from './dialect.ts';
import { inOrder } from './table-order.ts';

/** What SQLite tells of its own tables (SQLite documentation, PRAGMA table_info and foreign_key_list, "SQLite Autoincrement"). */
export const sqliteShape: Pick<Dialect, 'shape' | 'lastNumber' | 'setLastNumber'> = {
  async shape(db: Kysely<Tables>) {
    const { rows: tables } = await sql<{ name: string; sql: string }>`select name, sql from sqlite_schema where type = 'table' and name not like 'sqlite%' and name not like 'schema_migration%'`.execute(db);
    const found: TableShape[] = [];
    for (const { name, sql: text } of tables) {
      const { rows: columns } = await sql<{ name: string; type: string; pk: number }>`select name, type, pk from pragma_table_info(${name})`.execute(db);
      const { rows: referred } = await sql<{ table: string }>`select distinct "table" from pragma_foreign_key_list(${name})`.execute(db);
      const key = columns.filter((column) => column.pk > 0).toSorted((a, b) => a.pk - b.pk).map((column) => column.name);
      found.push({
        name, key, refersTo: referred.map((row) => row.table), counter: /\bautoincrement\b/i.test(text) ? key[0] ?? null : null,
        columns: columns.map((column) => ({ name: column.name, type: column.type.toLowerCase() === 'integer' ? 'integer' : 'text' })),
      });
    }
    return inOrder(found);
  },
  async lastNumber(db, { name }) {
    const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = ${name}`.execute(db);
    return rows[0]?.seq ?? 0;
  },
  async setLastNumber(db, { name }, last) {
    await sql`delete from sqlite_sequence where name = ${name}`.execute(db);
    await sql`insert into sqlite_sequence (name, seq) values (${name}, ${last})`.execute(db);
  },
};
