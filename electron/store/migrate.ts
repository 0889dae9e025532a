import { CompiledQuery, type Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { ErrorCode, appError, type AppError } from '../../shared/domain/errors.ts';
import type { Context } from './context.ts';
import type { StoreEnvironment } from './environment.ts';
import { LOOKING_ONLY, type TaskSignal } from './signal/task-signal.ts';
import { buildStore, type Store } from './store.ts';

/** Table with the names of the migrations that a project has seen. */
export const MIGRATION_TABLE = 'schema_migration';

/** An open database and how to close it; safe to close twice. */
export interface Opened { readonly context: Context; readonly close: () => Promise<void>; /** Absent: looking at the table is all there is. */ readonly signal?: TaskSignal }

/**
 * Brings the schema forward to the newest migration: all of it or nothing.
 * @param schema on PostgreSQL, where the history is looked for in every schema of the database when none is named.
 */
export async function migrate({ db, dialect, environment }: Context, schema?: string): Promise<void> {
  const migrations = Object.fromEntries(Object.entries(environment.migrations).map(([name, step]) => [name, {
    up: async (within: Kysely<unknown>): Promise<void> => {
      for (const text of step.statements(dialect.words)) await within.executeQuery(CompiledQuery.raw(text));
    },
  }]));
  const migrator = new Migrator({
    db, provider: { getMigrations: () => Promise.resolve(migrations) }, migrationTableName: MIGRATION_TABLE, migrationLockTableName: `${MIGRATION_TABLE}_lock`,
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** First migration, in order, that the project has not seen; undefined when it is up to date. */
export function nextMigration(environment: StoreEnvironment, seen: readonly string[]): string | undefined {
  return Object.keys(environment.migrations).toSorted().find((name) => !seen.includes(name));
}

/** The refusal of a project that a newer version wrote; undefined when every migration that it has seen is known. */
export function newerProject(environment: StoreEnvironment, place: string, seen: readonly string[]): AppError | undefined {
  const newer = seen.find((name) => !Object.hasOwn(environment.migrations, name));
  if (newer === undefined) return undefined;
  return appError(ErrorCode.NewerProject, `The project ${place} was written by a newer version of Causeway (${newer}); install that version to open it.`, { detail: { migration: newer } });
}

/** The store of an open and migrated database. */
export const finish = ({ context, close, signal = LOOKING_ONLY }: Opened, place: string, migrated: Store['migrated']): Store =>
  buildStore(context, { file: place, schemaVersion: Object.keys(context.environment.migrations).toSorted().at(-1) ?? '', migrated, close, signal });

/** Writes the project's own row and its first agent into a new, empty project. */
export async function firstRows(store: Store, { db, environment }: Context, options: { readonly name: string; readonly demo: boolean }): Promise<void> {
  await db.insertInto('project').values({ id: environment.randomUUID(), name: options.name, created_at: environment.clock(), demo: options.demo ? 1 : 0 }).execute();
  await store.agents.ensureLocal('', '');
}
