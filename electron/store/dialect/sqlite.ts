import type BetterSqlite3 from 'better-sqlite3';
import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver, sql, type DatabaseConnection, type Dialect as KyselyDialect, type Kysely } from 'kysely';
import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { Tables } from '../schema.ts';
import type { BulkPaths, Cell, Dialect } from './dialect.ts';
import { isBusy, PATIENCE_MS, patiently } from './patience.ts';
import { sqliteShape } from './sqlite-shape.ts';
import { storedParameters, storedText } from './stored-text.ts';

type Connection = BetterSqlite3.Database;
type Statement = BetterSqlite3.Statement<unknown[]>;

/** Prepared statements kept per connection: a statement costs more to prepare than to run (85 against 5.5 microseconds). */
const STATEMENTS_KEPT = 300;

/** A connection whose `prepare` remembers, least recently used first out. */
function remembering(connection: Connection): (text: string) => Statement {
  const kept = new Map<string, Statement>();
  return (text) => {
    const known = kept.get(text);
    const statement = known ?? connection.prepare<unknown[]>(text);
    kept.delete(text);
    kept.set(text, statement);
    if (kept.size > STATEMENTS_KEPT) for (const oldest of kept.keys()) { kept.delete(oldest); break; }
    return statement;
  };
}

/**
 * Turns SQLite's own errors that a person can act on into sentences; anything else is a bug and comes back as it is.
 * @param file name of the project, for the sentence.
 */
export function readable(file: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (isBusy(error)) return appError(ErrorCode.Conflict, `The project ${file} is being written by another process; try again in a moment.`, { retryable: true, cause: error });
  if (code === 'SQLITE_FULL') return appError(ErrorCode.BadFile, `The project ${file} cannot grow: the disk is full. Free some space and try again.`, { retryable: true, cause: error });
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return appError(ErrorCode.BadFile, `The project ${file} is damaged; restore a copy of it.`, { cause: error });
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) return appError(ErrorCode.BadFile, `The project ${file} cannot be opened for writing; check the permissions of the file and its folder.`, { cause: error });
  return error;
}

/**
 * Kysely's driver, with three changes. Transactions take the write lock when they begin: one that reads first and writes later
 * would be refused at once, without waiting, when another process wrote in between (SQLite, "Write-Ahead Logging", busy
 * snapshot). Who waits for that lock does not hold up the process. And errors are made readable.
 */
class Driver extends SqliteDriver {
  readonly #file: string;
  readonly #connection: Connection;
  readonly #prepare: (text: string) => Statement;
  constructor(file: string, connection: Connection, prepare: (text: string) => Statement) {
    super({ database: { prepare: (text) => prepare(text), close: () => { connection.close(); } } });
    this.#file = file;
    this.#connection = connection;
    this.#prepare = prepare;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const inner = await super.acquireConnection();
    const [file, connection, prepare] = [this.#file, this.#connection, this.#prepare];
    return {
      executeQuery: async <R>(query: CompiledQuery) => {
        try {
          const parameters = storedParameters(query.parameters);
          const run = () => inner.executeQuery<R>(parameters === query.parameters ? query : { ...query, parameters });
          // Inside a transaction the lock is held; who only reads never waits for writers (SQLite, "Write-Ahead Logging", Concurrency).
          return await (connection.inTransaction || prepare(query.sql).readonly ? run() : patiently(connection, run));
        } catch (error) {
          throw readable(file, error);
        }
      },
      streamQuery: (query, chunkSize) => inner.streamQuery(query, chunkSize),
    };
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

/** SQLite's data definition is transactional; Kysely assumes otherwise. A migration that fails must leave nothing behind. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean { return true; }
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const matching = (names: readonly string[], glue: string): string => names.map((name) => `"${name}" = ?`).join(glue);

/** Bulk paths by one prepared statement run for every row: about twice as fast as statements with many rows. */
function preparedBulk(file: string, prepare: (text: string) => Statement): BulkPaths {
  const run = async (db: Kysely<Tables>, text: string, columns: readonly string[], rows: readonly Readonly<Record<string, Cell>>[]): Promise<number> => {
    // Outside a transaction the connection may be in the middle of somebody else's.
    if (!db.isTransaction) throw new Error('a bulk path needs a transaction');
    let touched = 0;
    try {
      const statement = prepare(text);
      for (const row of rows) touched += statement.run(columns.map((column) => storedText<Cell | undefined>(row[column]))).changes;
    } catch (error) {
      throw readable(file, error);
    }
    return touched;
  };
  return {
    insert: (db, { table, columns, key, update }, rows) => {
      const action = update.length === 0 ? 'nothing' : `update set ${update.map((column) => `"${column}" = excluded."${column}"`).join(', ')}`;
      const conflict = key.length === 0 ? '' : ` on conflict (${quoted(key)}) do ${action}`;
      return run(db, `insert into "${table}" (${quoted(columns)}) values (${columns.map(() => '?').join(', ')})${conflict}`, columns, rows);
    },
    update: (db, { table, key, set }, rows) => run(db, `update "${table}" set ${matching(set, ', ')} where ${matching(key, ' and ')}`, [...set, ...key], rows),
    remove: (db, { table, key }, rows) => run(db, `delete from "${table}" where ${matching(key, ' and ')}`, key, rows),
  };
}

/** Bytes of a page of a new project: rows are 1 to 3 KB, of which the default of 4 KB holds one or two (SQLite, PRAGMA page_size; making a large plan takes a tenth less). */
export const PAGE_BYTES = 8_192;
/** Bytes of log after which its pages go to the file. */
const LOG_BYTES = 64 * 1024 * 1024;

/** Sets a connection up for a project: write-ahead log, foreign keys, 64 MB of pages, five seconds of patience with other processes. */
export function prepareConnection(connection: Connection): void {
  connection.pragma(`busy_timeout = ${PATIENCE_MS}`);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = NORMAL');
  connection.pragma('foreign_keys = ON');
  // Ids are random, so rows are read and indexes written all over the file; SQLite's own 2 MB hold next to nothing of it (KiB, PRAGMA cache_size).
  connection.pragma('cache_size = -65536');
  // Pages that are written often, such as those of indexes, go to the file once in 64 MB of log and not once in 4 (pages, PRAGMA wal_autocheckpoint).
  connection.pragma(`wal_autocheckpoint = ${LOG_BYTES / Number(connection.pragma('page_size', { simple: true }))}`);
}

/**
 * SQLite behind Kysely, and what only SQLite can do.
 * @param file name for messages.
 * @param connection open and prepared; closed when the Kysely instance made with `kysely` is destroyed.
 * @returns `kysely`, the dialect for Kysely, and `dialect`, ours.
 */
export function sqliteDialect(file: string, connection: Connection): { readonly kysely: KyselyDialect; readonly dialect: Dialect } {
  const prepare = remembering(connection);
  const base = new SqliteDialect({ database: connection });
  return {
    kysely: {
      createAdapter: () => new Adapter(),
      createDriver: () => new Driver(file, connection, prepare),
      createIntrospector: (db) => base.createIntrospector(db),
      createQueryCompiler: () => base.createQueryCompiler(),
    },
    dialect: {
      words: { text: 'text', integer: 'integer', serial: 'integer primary key autoincrement', end: ' strict', endNarrow: ' strict, without rowid' },
      bulk: preparedBulk(file, prepare),
      ...sqliteShape,
      dataVersion: () => Number(connection.pragma('data_version', { simple: true })),
      // By way of Kysely, so that it waits for a running transaction: VACUUM cannot run inside one.
      copyTo: async (db, to) => { await sql`vacuum into ${to}`.execute(db); },
      durably: (db, fn) => db.connection().execute(async (only) => {
        // In WAL mode NORMAL leaves the last commits in the system's cache; FULL waits for the disk (SQLite, PRAGMA synchronous).
        await sql`pragma synchronous = FULL`.execute(only);
        try {
          return await only.transaction().execute(fn);
        } finally {
          await sql`pragma synchronous = NORMAL`.execute(only);
        }
      }),
      // A checkpoint waits until the log is on the disk before it moves its pages to the file; passive, it waits for nobody (SQLite, PRAGMA wal_checkpoint).
      toDisk: async (db) => { await sql`pragma wal_checkpoint(passive)`.execute(db); },
      check: async (db) => {
        const { rows } = await sql<{ quick_check: string }>`pragma quick_check(20)`.execute(db);
        return rows.map((row) => row.quick_check).filter((line) => line !== 'ok');
      },
    },
  };
}
