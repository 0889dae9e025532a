import { existsSync } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { Kysely } from 'kysely';
import { AppError, ErrorCode, appError } from '../../shared/domain/errors.ts';
import type { Context } from './context.ts';
import { portableBulk } from './dialect/portable.ts';
import { PAGE_BYTES, prepareConnection, readable, sqliteDialect } from './dialect/sqlite.ts';
import type { StoreEnvironment } from './environment.ts';
import { MIGRATION_TABLE, finish, migrate, newerProject, nextMigration, type Opened } from './migrate.ts';
import { requireHere } from './moved.ts';
import { APPLICATION_ID, damaged, recogniseProject } from './recognise.ts';
import { beginChain } from './repositories/evidence-links.ts';
import type { Tables } from './schema.ts';
import type { Store } from './store.ts';

/** A project that lives in memory and ends with the process: for tests and rehearsals. */
export const IN_MEMORY = ':memory:';
/** Up to this size the whole file is checked on opening (measured: about 0.1 s); larger ones are checked when asked (`store.check`). */
const CHECKED_BYTES = 64 * 1024 * 1024;

function connect(file: string, environment: StoreEnvironment): Opened {
  const connection = new Database(file);
  try {
    prepareConnection(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
  const { kysely, dialect } = sqliteDialect(file, connection);
  const db = new Kysely<Tables>({ dialect: kysely });
  const context: Context = { db, environment, dialect: environment.bulk === 'portable' ? { ...dialect, bulk: portableBulk } : dialect };
  return {
    context,
    close: async () => {
      if (!connection.open) return;
      // Waits for calls that are under way; then the last connection folds the log into the file.
      await db.connection().execute(async () => {});
      await db.destroy();
      if (connection.open) connection.close();
    },
  };
}

/** Names of the migrations that a file has seen, and whether a file of up to {@link CHECKED_BYTES} is sound; read without writing. */
function inspect(file: string, size: number): readonly string[] {
  let connection: Database.Database | undefined;
  try {
    // A connection that cannot write leaves an empty log behind, one that can removes it; where a log lies already, from a crash
    // or another process, only the first kind is sure to leave the file alone.
    connection = new Database(file, { readonly: existsSync(`${file}-wal`), fileMustExist: true, timeout: 5000 });
    if (size <= CHECKED_BYTES && connection.pragma('quick_check(1)', { simple: true }) !== 'ok') throw damaged(file);
    return connection.prepare<[], { name: string }>(`select name from ${MIGRATION_TABLE} order by name`).all().map((row) => row.name);
  } catch (error) {
    const known = readable(file, error);
    // Anything that is not a sentence yet, such as a missing table of migrations, means that the content is not a project's.
    throw known instanceof AppError ? known : damaged(file, error);
  } finally {
    connection?.close();
  }
}

/** Name for the copy made before a migration: `<file>.before-<migration>.copy`, numbered when there is one already. */
function copyName(file: string, migration: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${file}.before-${migration}${number === 1 ? '' : `-${number}`}.copy`;
    if (!existsSync(name)) return name;
  }
}

/** What is needed to undo the making of a project. */
export interface Made { readonly opened: Opened; readonly place: string; /** Closes it and removes everything that was made. */ readonly discard: () => Promise<void> }

/**
 * Makes a new project file with the newest schema and no rows.
 * @throws AppError CONFLICT when the file exists, INVALID_INPUT when it cannot be made there; then nothing is left.
 */
export async function makeFile(file: string, environment: StoreEnvironment): Promise<Made> {
  if (file !== IN_MEMORY) {
    try {
      // Claims the name: of two processes that create the same project one is refused.
      await (await open(file, 'wx')).close();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (code === 'EEXIST') throw appError(ErrorCode.Conflict, `The file ${file} exists already; choose another name or open it.`, { cause: error });
      throw appError(ErrorCode.InvalidInput, `The project ${file} cannot be made (${code || 'unknown reason'}); check that the folder exists and can be written.`, { cause: error });
    }
  }
  let opened: Opened | undefined;
  const discard = async (): Promise<void> => {
    await opened?.close();
    if (file !== IN_MEMORY) for (const part of ['', '-wal', '-shm']) await rm(`${file}${part}`, { force: true });
  };
  try {
    // Marked before the log is switched on, so that the mark is in the file itself from the first moment.
    if (file !== IN_MEMORY) {
      const marking = new Database(file);
      marking.pragma(`page_size = ${PAGE_BYTES}`);
      marking.pragma(`application_id = ${APPLICATION_ID}`);
      marking.close();
    }
    opened = connect(file, environment);
    await migrate(opened.context);
    return { opened, place: file, discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

/**
 * Opens a project file. A file of an older version is copied beside itself and then brought forward (`store.migrated` tells).
 * A file that is refused is left as it was.
 * @throws AppError NOT_FOUND, BAD_FILE (not SQLite, another program's, damaged, unreadable), NEWER_PROJECT, CONFLICT (moved elsewhere).
 */
export async function openFile(file: string, environment: StoreEnvironment): Promise<Store> {
  await recogniseProject(file);
  const seen = inspect(file, (await stat(file)).size);
  const newer = newerProject(environment, file, seen);
  if (newer !== undefined) throw newer;
  let opened: Opened | undefined;
  try {
    opened = connect(file, environment);
    await requireHere(opened.context, file);
    let migrated: Store['migrated'] = null;
    const next = nextMigration(environment, seen);
    if (next !== undefined) {
      const copy = copyName(file, next);
      await opened.context.dialect.copyTo(opened.context.db, copy);
      await migrate(opened.context);
      await beginChain(opened.context, seen);
      migrated = { from: seen.at(-1) ?? '', copy };
    }
    return finish(opened, file, migrated);
  } catch (error) {
    await opened?.close();
    throw readable(file, error);
  }
}
