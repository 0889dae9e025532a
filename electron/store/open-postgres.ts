import { Kysely, sql } from 'kysely';
import { ErrorCode, appError } from '../../shared/domain/errors.ts';
import { parseAddress, type ProjectAddress } from './address.ts';
import { openPostgres } from './dialect/postgres.ts';
import { portableBulk } from './dialect/portable.ts';
import { readablePostgres } from './dialect/readable-postgres.ts';
import type { StoreEnvironment } from './environment.ts';
import { MIGRATION_TABLE, finish, migrate, newerProject, nextMigration, type Opened } from './migrate.ts';
import { requireHere } from './moved.ts';
import { beginChain } from './repositories/evidence-links.ts';
import type { Made } from './open-file.ts';
import type { Tables } from './schema.ts';
import type { Store } from './store.ts';

async function connect(address: ProjectAddress, environment: StoreEnvironment): Promise<Opened> {
  const { kysely, dialect, signal, stopListening } = await openPostgres(address);
  const db = new Kysely<Tables>({ dialect: kysely });
  let closing: Promise<void> | undefined;
  return {
    signal,
    context: { db, environment, dialect: environment.bulk === 'portable' ? { ...dialect, bulk: portableBulk } : dialect },
    // Waits for calls that are under way: the pool ends when each has given its connection back.
    close: async () => await (closing ??= (async () => {
      await signal.close();
      await stopListening();
      await db.destroy();
    })()),
  };
}

/** Names of the tables in the project's schema; undefined when there is no such schema. */
async function tablesOf({ context: { db } }: Opened, { schema }: ProjectAddress): Promise<readonly string[] | undefined> {
  const { rows: found } = await sql`select 1 from pg_catalog.pg_namespace where nspname = ${schema}`.execute(db);
  if (found.length === 0) return undefined;
  const { rows } = await sql<{ name: string }>`select c.relname as name from pg_catalog.pg_class c where c.relnamespace = ${schema}::regnamespace and c.relkind in ('r', 'v', 'm', 'S', 'f', 'p') order by 1`.execute(db);
  return rows.map((row) => row.name);
}

/** Removes everything from the schema that was found empty or was made, and the schema itself when it was made. */
async function clear({ context: { db } }: Opened, { schema }: ProjectAddress, made: boolean): Promise<void> {
  if (made) {
    await sql`drop schema if exists ${sql.ref(schema)} cascade`.execute(db);
    return;
  }
  const { rows } = await sql<{ name: string }>`select c.relname as name from pg_catalog.pg_class c where c.relnamespace = ${schema}::regnamespace and c.relkind = 'r'`.execute(db);
  for (const { name } of rows) await sql`drop table if exists ${sql.ref(`${schema}.${name}`)} cascade`.execute(db);
}

/**
 * Makes a project in a schema of its own, with the newest tables and no rows. A schema that an administrator has made and left empty is taken.
 * @param place address, with or without a password.
 * @throws AppError CONFLICT when the schema is in use; what connecting throws; then nothing is left.
 */
export async function makeSchema(place: string, environment: StoreEnvironment): Promise<Made> {
  const address = parseAddress(place);
  const opened = await connect(address, environment);
  let made = false;
  let mine = false;
  const discard = async (): Promise<void> => {
    try {
      if (mine) await clear(opened, address, made);
    } finally {
      await opened.close();
    }
  };
  try {
    // The lock of the schema's name, taken by every transaction: of two processes that create the same project one is refused.
    await opened.context.db.transaction().execute(async (db) => {
      const tables = await tablesOf({ ...opened, context: { ...opened.context, db } }, address);
      if (tables?.includes('project')) throw appError(ErrorCode.Conflict, `There is a project at ${address.shown} already; open it, or name another schema.`);
      if (tables !== undefined && tables.length > 0) throw appError(ErrorCode.Conflict, `The schema ${address.schema} of ${address.database} is used by another program; name another one with ?schema= in the address.`);
      if (tables === undefined) await sql`create schema ${sql.ref(address.schema)}`.execute(db);
      made = tables === undefined;
      // Claims the schema for this process until the migration has made its own.
      await sql`create table ${sql.ref(`${address.schema}.project_claim`)} (claimed bigint)`.execute(db);
    });
    mine = true;
    await migrate(opened.context, address.schema);
    await sql`drop table ${sql.ref(`${address.schema}.project_claim`)}`.execute(opened.context.db);
    return { opened, place: address.shown, discard };
  } catch (error) {
    await discard();
    throw readablePostgres(address, error);
  }
}

/**
 * Opens a project on PostgreSQL, and brings an older one forward.
 * @param place address, with or without a password.
 * @throws AppError NOT_FOUND, BAD_FILE (another program's schema), NEWER_PROJECT, CONFLICT (moved elsewhere), and what connecting throws.
 */
export async function openSchema(place: string, environment: StoreEnvironment): Promise<Store> {
  const address = parseAddress(place);
  const opened = await connect(address, environment);
  try {
    const tables = await tablesOf(opened, address);
    if (tables === undefined || tables.length === 0) throw appError(ErrorCode.NotFound, `There is no project at ${address.shown}; make one with "causeway project create --postgres ADDRESS --name NAME".`);
    if (!tables.includes(MIGRATION_TABLE) || !tables.includes('project')) throw appError(ErrorCode.BadFile, `The schema ${address.schema} of ${address.database} on ${address.host} holds no whole Causeway project; choose another one with ?schema= in the address.`);
    const { rows } = await sql<{ name: string }>`select name from ${sql.ref(`${address.schema}.${MIGRATION_TABLE}`)} order by name`.execute(opened.context.db);
    const seen = rows.map((row) => row.name);
    const newer = newerProject(environment, address.shown, seen);
    if (newer !== undefined) throw newer;
    await requireHere(opened.context, address.shown);
    let migrated: Store['migrated'] = null;
    if (nextMigration(environment, seen) !== undefined) {
      await migrate(opened.context, address.schema);
      await beginChain(opened.context, seen);
      migrated = { from: seen.at(-1) ?? '', copy: null };
    }
    return finish(opened, address.shown, migrated);
  } catch (error) {
    await opened.close();
    throw readablePostgres(address, error);
  }
}
