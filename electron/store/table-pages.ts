import { createHash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Cell, Row, TableShape } from './dialect/dialect.ts';
import { storedText } from './dialect/stored-text.ts';
import type { Tables } from './schema.ts';

/** Rows in memory at once. */
const ROWS = 1_000;

/** Walks a whole table in the order of its key, a page at a time; the same order on every database, because text is compared byte by byte. */
export async function* pagesOf(db: Kysely<Tables>, { name, columns, key }: TableShape): AsyncGenerator<readonly Row[]> {
  if (key.length === 0) throw new Error(`the table ${name} has no primary key`);
  const [wanted, order] = [sql.join(columns.map((column) => sql.ref(column.name))), sql.join(key.map((column) => sql.ref(column)))];
  for (let last: Row | undefined; ;) {
    const start = last;
    const behind = start === undefined ? sql`` : sql`where (${order}) > (${sql.join(key.map((column) => sql.val(start[column])))})`;
    const { rows } = await sql<Record<string, Cell>>`select ${wanted} from ${sql.table(name)} ${behind} order by ${order} limit ${sql.lit(ROWS)}`.execute(db);
    if (rows.length > 0) yield rows.map((row) => Object.fromEntries(columns.map((column) => [column.name, storedText<Cell>(row[column.name] ?? null)])));
    last = rows.at(-1);
    if (rows.length < ROWS) return;
  }
}

/** Takes rows in order and gives their number and a SHA-256 of all their values. */
export function tableDigest({ columns }: TableShape): { add(rows: readonly Row[]): void; end(): { readonly rows: number; readonly digest: string } } {
  const hash = createHash('sha256');
  let count = 0;
  return {
    add(rows) {
      count += rows.length;
      for (const row of rows) hash.update(`${JSON.stringify(columns.map((column) => row[column.name]))}\n`);
    },
    end: () => ({ rows: count, digest: hash.digest('hex') }),
  };
}
