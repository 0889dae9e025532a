import { CompiledQuery, type Kysely } from 'kysely';
import type { Tables } from '../schema.ts';
import type { BulkPaths, Cell, Row } from './dialect.ts';
import { storedText } from './stored-text.ts';

/** Rows in one statement: arrays of that length are built and read in some ten milliseconds. */
const ROWS = 5_000;

/** Types of columns by table, as unnest needs them: from the schema, because a column of nulls shows none. */
export type ColumnTypes = (db: Kysely<Tables>, table: keyof Tables) => Promise<ReadonlyMap<string, string>>;

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** Rows with one key become one: the first, with these columns of the last. One statement may touch a row once only (PostgreSQL documentation, INSERT, "ON CONFLICT"). */
function oncePerKey(rows: readonly Row[], key: readonly string[], later: readonly string[]): readonly Row[] {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const id = JSON.stringify(key.map((column) => storedText<Cell>(row[column] ?? null)));
    const before = found.get(id);
    found.set(id, before === undefined ? row : { ...before, ...Object.fromEntries(later.map((column) => [column, row[column] ?? null])) });
  }
  return found.size === rows.length ? rows : [...found.values()];
}

/**
 * Bulk paths by arrays, one for each column: 1,000 rows are changed in 15 ms where a statement for each row takes 480 ms.
 * @param typesOf types of a table's columns.
 */
export function unnestBulk(typesOf: ColumnTypes): BulkPaths {
  const run = async (db: Kysely<Tables>, table: keyof Tables, columns: readonly string[], rows: readonly Row[], text: (values: string) => string): Promise<number> => {
    if (!db.isTransaction) throw new Error('a bulk path needs a transaction');
    if (rows.length === 0) return 0;
    const types = await typesOf(db, table);
    const statement = text(`unnest(${columns.map((column, i) => `$${i + 1}::${types.get(column) ?? 'text'}[]`).join(', ')})`);
    let touched = 0;
    for (let from = 0; from < rows.length; from += ROWS) {
      const piece = rows.slice(from, from + ROWS);
      const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(statement, columns.map((column) => piece.map((row) => storedText<Cell>(row[column] ?? null)))));
      touched += Number(numAffectedRows ?? 0n);
    }
    return touched;
  };
  return {
    insert: (db, { table, columns, key, update }, rows) => {
      const action = update.length === 0 ? 'nothing' : `update set ${update.map((column) => `"${column}" = excluded."${column}"`).join(', ')}`;
      const conflict = key.length === 0 ? '' : ` on conflict (${quoted(key)}) do ${action}`;
      return run(db, table, columns, update.length === 0 ? rows : oncePerKey(rows, key, update), (values) => `insert into "${table}" (${quoted(columns)}) select * from ${values}${conflict}`);
    },
    update: (db, { table, key, set }, rows) => {
      const columns = [...set, ...key];
      return run(db, table, columns, oncePerKey(rows, key, set), (values) =>
        `update "${table}" as t set ${set.map((column) => `"${column}" = v."${column}"`).join(', ')} from ${values} as v(${quoted(columns)}) where ${key.map((column) => `t."${column}" = v."${column}"`).join(' and ')}`);
    },
    remove: (db, { table, key }, rows) => run(db, table, key, rows, (values) => `delete from "${table}" as t using ${values} as v(${quoted(key)}) where ${key.map((column) => `t."${column}" = v."${column}"`).join(' and ')}`),
  };
}
