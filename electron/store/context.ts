import type { Kysely } from 'kysely';
import type { Dialect } from './dialect/dialect.ts';
import type { StoreEnvironment } from './environment.ts';
import type { Tables } from './schema.ts';

/** What every repository is made with. `db` is the project, or one transaction on it. */
export interface Context {
  readonly db: Kysely<Tables>;
  readonly dialect: Dialect;
  readonly environment: StoreEnvironment;
}

/**
 * Runs `fn` in one transaction: the running one when there is one, else a new one that is committed when `fn` ends and taken
 * back when it throws. `fn` must use the context given to it, or it waits for itself.
 */
export function inTransaction<T>(context: Context, fn: (context: Context) => Promise<T>): Promise<T> {
  if (context.db.isTransaction) return fn(context);
  return context.db.transaction().execute((db) => fn({ ...context, db }));
}
