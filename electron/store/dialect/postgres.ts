import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { PostgresAdapter, PostgresDialect, sql, type Dialect as KyselyDialect, type Kysely } from 'kysely';
import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { ProjectAddress } from '../address.ts';
import type { Tables } from '../schema.ts';
import type { Dialect } from './dialect.ts';
import { listenToOthers } from './listening.ts';
import { LockingDriver } from './postgres-driver.ts';
import { introspectorOf, postgresShape } from './postgres-shape.ts';
import { readablePostgres } from './readable-postgres.ts';
import { bossSignal } from '../signal/boss.ts';
import type { TaskSignal } from '../signal/task-signal.ts';
import { unnestBulk, type ColumnTypes } from './unnest.ts';

/** Connections of one process: transactions run one after the other, so the rest is for readers beside them. */
const CONNECTIONS = 5;
/** Patience with a server that does not answer, milliseconds. */
const CONNECT_MS = 10_000;
/**
 * Settings of every session (PostgreSQL documentation, "Client Connection Defaults"; milliseconds and seconds). Whoever waits for the project's lock is told
 * after a minute; a process that hangs in the middle of a transaction, or whose machine is gone, loses it and no longer keeps others waiting.
 */
const SESSION = { lock_timeout: '60s', idle_in_transaction_session_timeout: '300s', tcp_keepalives_idle: '30', tcp_keepalives_interval: '10', tcp_keepalives_count: '3' };
/** Types that are whole numbers here: bigint, and numeric, which sums of bigint are (PostgreSQL documentation, pg_type). All stay far below 2^53. */
const NUMBERS = new Set([20, 1700]);

/** An open database on PostgreSQL. */
export interface OpenedPostgres {
  readonly kysely: KyselyDialect;
  readonly dialect: Dialect;
  /** Wakes agents of other processes. */
  readonly signal: TaskSignal;
  /** Ends the connection that listens; the pool ends with the Kysely instance. */
  stopListening(): Promise<void>;
}

function connectionOf(address: ProjectAddress): pg.ClientConfig {
  const { host, port, user, database, password, schema } = address;
  let ssl: pg.ClientConfig['ssl'] = false;
  if (address.tls === 'checked') ssl = address.authorityFile === undefined ? true : { ca: authority(address.authorityFile) };
  return {
    host, port, user, database, ...(password === undefined ? {} : { password }), ssl, connectionTimeoutMillis: CONNECT_MS, keepAlive: true, application_name: `causeway ${schema}`,
    options: Object.entries({ search_path: schema, ...SESSION }).map(([name, value]) => `-c ${name}=${value}`).join(' '),
    types: { getTypeParser: (type: number, format?: 'text' | 'binary') => (NUMBERS.has(type) ? Number : pg.types.getTypeParser(type, format ?? 'text')) as never },
  };
}

function authority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw appError(ErrorCode.BadFile, `The file ${file} with the authority of the server's certificate cannot be read; check sslrootcert in the address of the project.`, { cause });
  }
}

/** Key of the project's lock: 64 bits of the schema's name; locks of that kind belong to one database (PostgreSQL documentation, "Advisory Lock Functions"). */
const lockKey = (schema: string): string => createHash('sha256').update(`causeway ${schema}`).digest().readBigInt64BE().toString();

function columnTypes(shape: Dialect['shape']): ColumnTypes {
  const known = new Map<string, ReadonlyMap<string, string>>();
  return async (db, table) => {
    if (!known.has(table)) {
      for (const { name, columns } of await shape(db)) known.set(name, new Map(columns.map((column) => [column.name, column.type === 'integer' ? 'bigint' : 'text'])));
    }
    const types = known.get(table);
    if (types === undefined) throw new Error(`there is no table ${table}`);
    return types;
  };
}

/**
 * PostgreSQL behind Kysely, in the project's schema, and what only PostgreSQL can do.
 * @throws AppError DATABASE_UNAVAILABLE, AUTH_FAILED, CERTIFICATE_REFUSED, NOT_FOUND (no such database) or BAD_FILE when no connection can be made.
 */
export async function openPostgres(address: ProjectAddress): Promise<OpenedPostgres> {
  const { schema } = address;
  const config = connectionOf(address);
  const me = randomUUID();
  const channel = `causeway_${createHash('sha256').update(schema).digest('hex').slice(0, 32)}`;
  const readable = (error: unknown): unknown => readablePostgres(address, error);
  // A client whose connection breaks says so by an event that must have a listener; the pool makes a new one for whoever asks next.
  const quiet = (): void => {};
  const listener = await listenToOthers(() => {
    const client = new pg.Client(config);
    client.on('error', quiet);
    return client;
  }, channel, me).catch((error: unknown) => { throw readable(error); });
  const pool = new pg.Pool({ ...config, max: CONNECTIONS });
  pool.on('error', quiet);
  pool.on('connect', (client) => { client.on('error', quiet); });
  const base = new PostgresDialect({ pool });
  const catalog = postgresShape(schema);
  return {
    kysely: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new LockingDriver({ pool, readable, lock: `select pg_advisory_xact_lock(${lockKey(schema)})`, tell: `notify ${channel}, '${me}'` }),
      createIntrospector: (db) => introspectorOf(db, schema),
      createQueryCompiler: () => base.createQueryCompiler(),
    },
    dialect: {
      // Byte by byte, as SQLite compares.
      words: { text: 'text collate "C"', integer: 'bigint', serial: 'bigint generated by default as identity primary key', end: '', endNarrow: '' },
      bulk: unnestBulk(columnTypes(catalog.shape)),
      dataVersion: () => listener.version(),
      ...catalog,
      copyTo: () => Promise.reject(appError(ErrorCode.Conflict, `The project ${address.shown} is not a file. Save the schema ${schema} with pg_dump, or move the project to a file with "causeway project move --to FILE".`)),
      // A commit is told when it is on the server's disk (PostgreSQL documentation, synchronous_commit).
      toDisk: () => Promise.resolve(),
      durably: (db: Kysely<Tables>, fn) => db.transaction().execute(async (within) => {
        // Whatever the server's default is (PostgreSQL documentation, synchronous_commit).
        await sql`set local synchronous_commit = on`.execute(within);
        return await fn(within);
      }),
    },
    signal: bossSignal(config, schema),
    stopListening: () => listener.close(),
  };
}
