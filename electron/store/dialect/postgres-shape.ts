import { sql, type DatabaseIntrospector, type Kysely } from 'kysely';
import type { Tables } from '../schema.ts';
import type { Dialect, TableShape } from './dialect.ts';
import { inOrder } from './table-order.ts';

/**
 * What Kysely asks for before it migrates: which tables there are, of this schema only. Its own introspector looks through every schema of the database and
 * fails when somebody makes or drops another project there meanwhile.
 */
export function introspectorOf(db: Kysely<unknown>, schema: string): DatabaseIntrospector {
  return {
    getSchemas: () => Promise.resolve([{ name: schema }]),
    getTables: async () => {
      const { rows } = await sql<{ name: string }>`select tablename as name from pg_catalog.pg_tables where schemaname = ${schema}`.execute(db);
      return rows.map(({ name }) => ({ name, schema, isView: false, isForeign: false, columns: [] }));
    },
  };
}

interface ColumnRow { readonly table_name: string; readonly name: string; readonly type: string; readonly counts: boolean }
interface KeyRow { readonly table_name: string; readonly kind: string; readonly name: string; readonly referred: string | null }

/**
 * What PostgreSQL tells of its own tables (PostgreSQL documentation, "System Catalogs"), and what it finds wrong with them.
 * @param schema of the project.
 */
export function postgresShape(schema: string): Pick<Dialect, 'shape' | 'lastNumber' | 'setLastNumber' | 'check'> {
  const inSchema = sql`join pg_catalog.pg_class c on c.oid = x.oid where c.relnamespace = ${schema}::regnamespace`;
  const counterOf = ({ name, counter }: TableShape) => sql`pg_get_serial_sequence(${`${schema}.${name}`}, ${counter})`;
  return {
    async shape(db: Kysely<Tables>) {
      const { rows: columns } = await sql<ColumnRow>`select c.relname as table_name, a.attname as name, format_type(a.atttypid, null) as type, a.attidentity <> '' as counts
        from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
        where c.relnamespace = ${schema}::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and c.relname not like 'schema\\_migration%' order by c.relname, a.attnum`.execute(db);
      const { rows: keys } = await sql<KeyRow>`select c.relname as table_name, k.contype as kind, coalesce(a.attname, '') as name, r.relname as referred
        from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid left join pg_catalog.pg_class r on r.oid = nullif(k.confrelid, 0)
        cross join lateral unnest(k.conkey) with ordinality as u(attnum, place) left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum
        where c.relnamespace = ${schema}::regnamespace and k.contype in ('p', 'f') order by c.relname, k.conname, u.place`.execute(db);
      return inOrder([...new Set(columns.map((row) => row.table_name))].map((name): TableShape => {
        const own = columns.filter((row) => row.table_name === name);
        return {
          name, columns: own.map((row) => ({ name: row.name, type: row.type === 'bigint' ? 'integer' : 'text' })), counter: own.find((row) => row.counts)?.name ?? null,
          key: keys.filter((row) => row.table_name === name && row.kind === 'p').map((row) => row.name),
          refersTo: [...new Set(keys.flatMap((row) => (row.table_name === name && row.kind === 'f' && row.referred !== null ? [row.referred] : [])))],
        };
      }));
    },
    async lastNumber(db, table) {
      const { rows } = await sql<{ last: number | null }>`select pg_sequence_last_value(${counterOf(table)}::regclass) as last`.execute(db);
      return rows[0]?.last ?? 0;
    },
    async setLastNumber(db, table, last) {
      // The third argument false: the number itself is the next one given.
      await sql`select setval(${counterOf(table)}::regclass, ${Math.max(last, 1)}::bigint, ${last > 0})`.execute(db);
    },
    async check(db) {
      const { rows: indexes } = await sql<{ name: string }>`select c.relname as name from (select indexrelid as oid from pg_catalog.pg_index where not indisvalid or not indisready) x ${inSchema}`.execute(db);
      const { rows: pages } = await sql<{ failures: number | null }>`select checksum_failures as failures from pg_catalog.pg_stat_database where datname = current_database()`.execute(db);
      const failures = pages[0]?.failures ?? 0;
      return [...indexes.map(({ name }) => `the index ${name} is not valid`), ...(failures > 0 ? [`PostgreSQL has met ${failures} damaged pages in this database`] : [])];
    },
  };
}
